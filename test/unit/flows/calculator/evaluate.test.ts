import { describe, expect, it } from 'vitest'
import type { CalculatorValue } from '../../../../src/flows/calculator/value.ts'
import { runScript, valueOfScript } from './run-script.ts'

const variables = {
  name: 'Аня',
  price: '10',
  text_list: '[1, {"a": [5]}]',
  'project.rate': 90,
  order: { city: 'Berlin', lines: [1, 2] },
  empty: '',
  nothing: null,
  phone: '+79991234567',
  yes: true,
}

describe('the language', () => {
  it.each<[string, CalculatorValue]>([
    // Numbers.
    ['0.1 + 0.2', 0.3],
    ['0.1 + 0.2 == 0.3', true],
    ['1.1 * 3', 3.3],
    ['4.35 * 100', 435],
    ['100.1 - 100', 0.1],
    ['1 / 3 * 3', 1],
    ['str(1 / 3)', '0.333333333333333'],
    ['0.1 * 3 * 10 == 3', true],
    ['2 ** 0.5 * 2 ** 0.5 == 2', true],
    ['int(4.35 / 0.01)', 435],
    ['floor(0.3 / 0.1)', 3],
    ['1.15 + 2.35 - 3.5', 0],
    ['7 / 2', 3.5],
    ['6 / 2', 3],
    ['"#{6 / 2}"', '#{6 / 2}'],
    ['str(6 / 2)', '3'],
    ['1 - 2 - 3', -4],
    ['2 * 3 % 4', 2],
    ['7 % 3', 1],
    ['-7 % 3', 2],
    ['7 % -3', -2],
    ['0.3 % 0.1', 0],
    ['2 ^ 3', 8],
    ['2 ** 3 ^ 2', 512],
    ['-2 ** 2', -4],
    ['2 ** -1', 0.5],
    ['(-8) ** 3', -512],
    ['- - 3', 3],
    ['+"5"', '5'],
    ['-"5"', -5],
    ['.5 + 1', 1.5],
    ['"10" + 5', 15],
    ['price * 2', 20],
    ['True + True', 2],
    ['"1 000" + 1', '1 0001'],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890 == "12345678901234567891"', false],
    ['str(10 ** 21)', '1000000000000000000000'],
    ['str(1 / 10 ** 7)', '0.0000001'],
    // Texts.
    ['"a" + "b"', 'ab'],
    ['"a" + 1', 'a1'],
    ['"a" + unset', 'a'],
    ['"a" + None', 'a'],
    ['phone + "!"', '+79991234567!'],
    ['"#{name}, #{price}#{unset}#{nothing}!"', 'Аня, 10!'],
    ["'#{name}'", 'Аня'],
    ['"#{ order.city } #{project.rate}"', 'Berlin 90'],
    ['"# {} #{} #{1} #{a b}"', '# {} #{} #{1} #{a b}'],
    [String.raw`"a\nb\t\"\'\\\d\/"`, 'a\nb\t"\'\\\\d\\/'],
    ['"#{order}"', '{"city": "Berlin", "lines": [1, 2]}'],
    ['"#{yes} #{text_list}"', 'True [1, {"a": [5]}]'],
    // Equality.
    ['1 == "1"', true],
    ['1 == "1.0"', true],
    ['"a" == "A"', false],
    ['1 != 2', true],
    ['unset == 1', false],
    ['unset == ""', false],
    ['unset == None', false],
    ['unset != 1', true],
    ['"#{unset}" == ""', true],
    ['"#{empty}" == ""', true],
    ['nothing == None', true],
    ['nothing == ""', false],
    ['empty == ""', true],
    ['True == 1', true],
    ['yes == "True"', true],
    ['[1, 2] == [1, 2]', true],
    ['[1, 2] == "[1, 2]"', true],
    ['{"a": 1} == {"a": 2}', false],
    ['"01.02.2026" == "1.2.2026"', true],
    // Order.
    ['2 < 10', true],
    ['"2" < "10"', true],
    ['"a" < "b"', true],
    ['1 < 2 < 3', true],
    ['3 > 2 > 2', false],
    ['2 >= 2 <= 2', true],
    ['"01.09.2020" < "11.10.2020"', true],
    ['"31.12.2025" < "01.01.2026"', true],
    ['"09:00" < "18:30"', true],
    ['"abc" > 1', false],
    ['"abc" < 1', false],
    ['unset < 1', false],
    ['None <= None', false],
    // Logic.
    ['1 == 1 and 2 == 2', true],
    ['1 == 1 AND 2 == 3', false],
    ['1 == 1 && 2 == 2', true],
    ['1 == 2 or 2 == 2', true],
    ['1 == 2 OR 2 == 3', false],
    ['1 == 2 || 2 == 2', true],
    ['not 1 == 1', false],
    ['!yes', false],
    ['NOT unset', true],
    ['unset or "default"', 'default'],
    ['1 == 2 and 1 / 0', false],
    ['1 == 1 or 1 / 0', true],
    ['bool("False")', false],
    ['bool("0.0")', false],
    ['bool(" ")', false],
    ['bool("no")', true],
    ['bool({})', false],
    // Dates.
    ["'12.10.2021' + 3", '15.10.2021'],
    ["'12.10.21' - 12", '30.09.21'],
    ["'2026-02-28' + 1", '2026-03-01'],
    ["'12.10.2021 10:30' + 1", '13.10.2021 10:30'],
    ["'15:00' + 120", '17:00'],
    ["'00:10' - 20", '23:50'],
    ["'15.01.2026' - '01.01.2026'", 14],
    ["'15:00' - '13:30'", 90],
    ['"31.02.2026" + 1', '31.02.20261'],
    ['"01.01.1850" - 1', '31.12.1849'],
    ['"23:59:30" + 1', '00:00:30'],
    ['"24:00" + 1', '24:001'],
    ['current_date', '02.11.2026'],
    ['current_date + 1 == next_day', true],
    ['current_time', '12:00'],
    ['weekday', 1],
    ['timestamp', 1793610000],
    ['round(E, 1)', 2.7],
    ['round(PI, 1)', 3.1],
    // Lists and dictionaries.
    ['[1, "a", [True, None]]', [1, 'a', [true, null]]],
    ['{"a": 1, 2: [3], "a": 4}', { a: 4, 2: [3] }],
    ['[unset]', [null]],
    ['[1] + [2]', [1, 2]],
    ['{"a": 1, "b": 1} + {"b": 2}', { a: 1, b: 2 }],
    ['[1] + "!"', '[1]!'],
    ['[10, 20, 30][1]', 20],
    ['[10, 20, 30][-1]', 30],
    ['[10, 20, 30]["1"]', 20],
    ['[10][5]', null],
    ['text_list[1]["a"][0]', 5],
    ['order["city"]', 'Berlin'],
    ['order["none"]', null],
    ['order["none"] == None', false],
    ['order.city', 'Berlin'],
    ['order.none', null],
    ['"абв"[1]', 'б'],
    ['"abcdef"[1:3]', 'bc'],
    ['"abcdef"[-2:]', 'ef'],
    ['"abcdef"[::-2]', 'fdb'],
    ['[1, 2, 3, 4][:2]', [1, 2]],
    ['[1, 2, 3, 4][3:0:-1]', [4, 3, 2]],
    ['[1, 2][5:9]', []],
    ['{"__proto__": 1}["__proto__"]', 1],
    ['{}["toString"]', null],
    // Statements.
    ['a = 5', 5],
    ['a = 5 a = a + 1 a', 6],
    ['a = [1, 2, 3] a[0] = 9 a', [9, 2, 3]],
    ['a = [1] a[1] = 2 a', [1, 2]],
    ['a = [1, 2] a[-1] = 3 a', [1, 3]],
    ['a = [[1], [2]] b = a a[0][0] = 9 b', [[1], [2]]],
    ['a = {} a["x"] = {} a["x"]["y"] = 1 a', { x: { y: 1 } }],
    ['order["city"] = "Rome" order', { city: 'Rome', lines: [1, 2] }],
    ['a = "[1, 2]" a[0] = 3 a', [3, 2]],
    ["a = ['1', 2, 3] del a['1'] a", ['1', 3]],
    ['a = {"x": 1, "y": 2} del a["x"] a', { y: 2 }],
    ['a = {"x": {"y": 1}} del a["x"]["y"] a', { x: {} }],
    ['a = [1] del a[7] a', [1]],
    ['a = [1, 2, 3, 4] b = [5, 6, 7] replace(a + b, "][", ",")', '[1, 2, 3, 4, 5, 6, 7]'],
    ['if(name == 1, P1, if(name == "Аня", 2, 7))', 2],
    ['', null],
  ])('%s is %j', async (source, value) => {
    expect(await valueOfScript(source, { variables })).toEqual(value)
  })

  it.each([
    ['10 / 0', 'line 1, column 4: division by zero'],
    ['a = 1\nb = 10 % (a - 1)', 'line 2, column 8: division by zero'],
    ['0 ** -1', 'line 1, column 1: division by zero'],
    ['(-8) ** 0.5', 'line 1, column 1: the result is no real number'],
    ['10 ** 400', 'line 1, column 1: the result is too large'],
    ['a = 1\nb = a + prise', 'line 2, column 9: the variable "prise" has no value'],
    ['-prise', 'line 1, column 2: the variable "prise" has no value'],
    ['prise ** 2', 'line 1, column 1: the variable "prise" has no value'],
    ['prise[0]', 'line 1, column 1: the variable "prise" has no value'],
    ['"5" + prise', 'line 1, column 7: the variable "prise" has no value'],
    ['1 + None', 'line 1, column 3: "+" needs numbers or texts; found None'],
    ['"abc" * 2', 'line 1, column 7: "*" needs numbers; found "abc"'],
    ['[1] - 1', 'line 1, column 5: "-" needs numbers; found a list'],
    ['-"abc"', 'line 1, column 1: "-" needs a number; found "abc"'],
    ['[1] + {"a": 1}', 'line 1, column 5: "+" needs numbers or texts; found a list'],
    ['None[0]', 'line 1, column 5: None has no items'],
    ['5[0]', 'line 1, column 2: 5 has no items'],
    ['[1]["a"]', 'line 1, column 4: a place in a list or a text must be a whole number; found "a"'],
    ['"abc"[::0]', 'line 1, column 6: the step of a slice cannot be 0'],
    ['a[0] = 1', 'line 1, column 1: only items of a list or a dictionary can be set; found None'],
    ['a = 5 a[0] = 1', 'line 1, column 7: only items of a list or a dictionary can be set; found 5'],
    ['a = [1] a[2] = 1', 'line 1, column 9: the list has 1 items; there is no place 2 in it'],
    ['a = "31.12.9999" + 1', 'line 1, column 18: the date is out of reach'],
    ['lenn("a")', 'line 1, column 1: there is no function lenn(); did you mean len()?'],
    ['round("abc")', 'line 1, column 7: round(): `number` must be a number; found "abc"'],
    ['round(1, 1.5)', 'line 1, column 10: round(): `digits` must be a whole number; found 1.5'],
    ['round()', 'line 1, column 1: round() needs `number`; expected round(number, digits=0)'],
    ['round(1, 2, 3)', 'line 1, column 1: round() takes at most 2 arguments; found 3'],
    ['round(1, number=2)', 'line 1, column 1: round() is given `number` twice'],
    ['index("abc", 1)', 'line 1, column 7: index(): `mass` must be a list; found "abc"'],
    ['keys([1])', 'line 1, column 6: keys(): `data` must be a dictionary; found a list'],
    [
      'if(a = 1, 2, 3)',
      'line 1, column 1: if() has no parameter `a`; expected one of condition, value_if_true, value_if_false (to compare, write ==)',
    ],
  ])('%s ends with: %s', async (source, message) => {
    expect(await valueOfScript(source)).toBe(`CalculatorFault: ${message}`)
  })

  it('tells the variables that were written, and leaves those of before alone', async () => {
    const { written, value, steps } = await runScript('total = price * 3\nproject.rate = 95\nunpack_list([1, 2])', {
      variables,
    })
    expect(written).toEqual({ total: 30, 'project.rate': 95, var1: 1, var2: 2 })
    expect(value).toBe(true)
    expect(steps).toBe(10)
    expect(variables['project.rate']).toBe(90)
  })

  it('keeps what was printed', async () => {
    expect((await runScript('print("a", 1, None)\nprint([1])')).output).toEqual(['a 1 ', '[1]'])
  })

  it('reads dates on the clock of the time zone, and takes UTC for one that it does not know', async () => {
    expect(await valueOfScript('current_time', { timeZone: 'Asia/Tokyo' })).toBe('18:00')
    expect(await valueOfScript('current_time', { timeZone: 'Nowhere/Else' })).toBe('09:00')
  })

  it('prefers a variable of its own to a built-in one', async () => {
    expect(await valueOfScript('E', { variables: { E: 5 } })).toBe(5)
    expect(await valueOfScript('E = 6 E')).toBe(6)
  })
})
