import { describe, expect, it } from 'vitest'
import { CalculatorFault } from '../../../../src/flows/calculator/fault.ts'
import { defineFunction, optional, required } from '../../../../src/flows/calculator/function.ts'
import { createFunctionTable } from '../../../../src/flows/calculator/function-table.ts'
import { libraryFunctions } from '../../../../src/flows/calculator/functions/library.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { runScript } from './run-script.ts'

describe('functions of the house', () => {
  const house = (seen: unknown[]) =>
    createFunctionTable<{ id: number }>([
      ...libraryFunctions,
      defineFunction({
        name: 'note',
        aliases: ['write_note'],
        group: 'clients',
        summary: '',
        parameters: {
          text: required('text', ''),
          count: optional('whole', '', 7),
          all: optional('boolean', ''),
          how: optional('text', ''),
        },
        returns: '',
        examples: [],
        knownFrom: '',
        changes: true,
        async call(args, { host }: { host: { id: number } }) {
          await Promise.resolve()
          if (args.text === 'refuse') throw new AppError('not_found', 'there is no such client')
          if (args.text === 'break') throw new AppError('unavailable', 'the database is away')
          if (args.text === 'crash') throw new TypeError('a mistake of ours')
          seen.push({ ...args, id: host.id })
          return args.text === 'nothing' ? undefined : seen.length
        },
      }),
    ])
  const run = (source: string, seen: unknown[] = []) =>
    runScript(source, { functions: house(seen), host: { id: 3 }, variables: { unset_text: null } })

  it('are given arguments by position and by name, with their defaults', async () => {
    const seen: unknown[] = []
    await run('note("a") note("b", 2, True) note(all=0, text="c") write_note("d", "", None, "")', seen)
    expect(seen).toEqual([
      { text: 'a', count: 7, all: undefined, how: undefined, id: 3 },
      { text: 'b', count: 2, all: true, how: undefined, id: 3 },
      { text: 'c', count: 7, all: false, how: undefined, id: 3 },
      { text: 'd', count: 7, all: undefined, how: '', id: 3 },
    ])
  })

  it('give their result to the script, and None when they give nothing', async () => {
    expect((await run('a = note("x") b = note("nothing")')).written).toEqual({ a: 1, b: null })
  })

  it('are not called in the branch that was not chosen', async () => {
    const seen: unknown[] = []
    await run(
      'if(1 == 1, note("yes"), note("no")) if(1 == 2, note("no")) 1 == 2 and note("no") 1 == 1 or note("no")',
      seen,
    )
    expect(seen).toHaveLength(1)
  })

  it('end the script with the line when they refuse', async () => {
    const error = await run('a = 1\nnote("refuse")').catch((error: unknown) => error)
    expect(error).toBeInstanceOf(CalculatorFault)
    expect(error).toMatchObject({
      message: 'line 2, column 1: note(): there is no such client',
      line: 2,
      retryable: false,
    })
  })

  it('let through what may be tried again, and mistakes of ours', async () => {
    await expect(run('note("break")')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await expect(run('note("crash")')).rejects.toThrow(TypeError)
  })

  it('cannot share a name', () => {
    expect(() => createFunctionTable([...libraryFunctions, libraryFunctions[0]!])).toThrow(
      'Two functions of the calculator are called if.',
    )
  })
})
