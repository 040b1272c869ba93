import { describe, expect, it } from 'vitest'
import { longestScript, parse } from '../../../../src/flows/calculator/parse.ts'

describe('reading a script', () => {
  it.each([
    ['', 0],
    ['  \n ; \n', 0],
    ['a = 1', 1],
    ['a=1 b=2 c=a', 3],
    ["task_id=create_task('a@b.c', 'Test', '22.01.2023', 'test task', '08:00') status=delete_task(task_id)", 2],
    ['/* one */ a = 1 /* two\nlines */ b = 2', 2],
    ['a = (1 +\n 2\n)\nb = [1,\n 2]', 2],
    ['a = 1 +\n 2', 1],
    ['a = 1\n-2', 2],
    ['a[0] = 1 a["x"][2] = 3 del a["x"] del(a, 1)', 4],
    ['имя = "Аня" #{город} = #{имя}', 2],
    ['if (a == 1, 2, 3)', 1],
    ['a = {"x": [1, 2,], "y": {},}', 1],
    ['not a == !b', 0],
    ['x = project.rate * 2; y = #{ order.city }', 2],
  ])('%j has %i statements', (source, count) => {
    const parsed = parse(source)
    if (count > 0 || parsed.ok) expect(parsed).toMatchObject({ ok: true, program: { source } })
    if (parsed.ok) expect(parsed.program.statements).toHaveLength(count)
  })

  it.each([
    ['a = ', 1, 5, 'expected a value; the script ends here'],
    ['a = 1\nb = \nc = 2', 2, 5, 'expected a value; the line ends here'],
    ['a = (1 + 2', 1, 11, 'expected ")" or an operator; the script ends here'],
    ['a = [1, 2', 1, 10, 'expected ",", "]" or an operator; the script ends here'],
    ['a = if(b == 1, 2', 1, 17, 'expected ")", "," or an operator; the script ends here'],
    ['a = 1 + * 2', 1, 9, 'expected a value; found "*"'],
    ['a += 1', 1, 4, 'expected a value; found "="'],
    ['f(1,,2)', 1, 5, 'expected ")" or a value; found ","'],
    ['a = {"x" 1}', 1, 10, 'expected ":" or an operator; found "1"'],
    [')', 1, 1, 'expected a value; found ")"'],
    ['1_шаг = 2', 1, 2, 'a name cannot begin with a digit'],
    ["a = 'abc\nb = 2", 1, 9, 'the closing quote of the text is missing on this line'],
    ['a = 1 /* b\nc', 1, 7, 'the comment that begins here has no end; expected */'],
    ['and = 1', 1, 1, 'expected a value; found "a"'],
  ])('%j has a fault in line %i, column %i: %s', (source, line, column, reason) => {
    expect(parse(source)).toMatchObject({ ok: false, fault: { line, column, reason, code: 'invalid' } })
  })

  it('names the place in the message too', () => {
    expect(parse('a = 1\n b = ')).toMatchObject({
      fault: { message: 'line 2, column 6: expected a value; the script ends here' },
    })
  })

  it.each(['(', '[', '{1:', 'f(', 'a[', '-', 'not ', '2**', '+(', 'if(1,'])('refuses %j again and again', (piece) => {
    const parsed = parse(piece.repeat(Math.floor(longestScript / piece.length)))
    expect(parsed).toMatchObject({
      ok: false,
      fault: { reason: 'brackets and signs may stand at most 100 deep within each other' },
    })
  })

  it('reads long chains of operators', () => {
    expect(parse(`${'1 + '.repeat(4_000)}1`).ok).toBe(true)
  })

  it('refuses a script that is too long', () => {
    expect(parse('1'.repeat(longestScript + 1))).toMatchObject({
      ok: false,
      fault: { line: 1, reason: `the script has 20001 characters; expected at most 20000` },
    })
  })

  it('gives the same for a source that it has read before', () => {
    expect(parse('a = 1 + 2')).toBe(parse('a = 1 + 2'))
  })
})
