import { describe, expect, it } from 'vitest'
import { calculatorFunctions } from '../../../../src/flows/calculator/calculator-functions.ts'
import { checkScript } from '../../../../src/flows/calculator/check-script.ts'

const faultsOf = (source: string) =>
  checkScript(source, calculatorFunctions).map(({ path, message }) => `${path}: ${message}`)

describe('the check of a script before it runs', () => {
  it('finds nothing wrong with a good one', () => {
    expect(faultsOf('a = round(1.5) + len("x")\nif(a == 2, print(a), print())\nsplitter(s=",", str="a")')).toEqual([])
  })

  it('tells where the syntax is broken and what was expected', () => {
    expect(faultsOf('a = 1\nb = (a + 2')).toEqual([
      'line 2, column 11: expected ")" or an operator; the script ends here',
    ])
  })

  it('collects calls that cannot be made, wherever they stand', () => {
    const source =
      'a = rond(1)\nb = [{"x": lenn("a")}][foo()]\nif(1, replace(), round(1, 2, 3))\ndel c[round(digit=1)]\n"#{a}" + len(x=1)'
    expect(faultsOf(source)).toEqual([
      'line 1, column 5: there is no function rond(); did you mean round()?',
      'line 2, column 12: there is no function lenn(); did you mean len()?',
      'line 2, column 24: there is no function foo()',
      'line 3, column 7: replace() needs `str`; expected replace(str, s1, s2="", n=None)',
      'line 3, column 18: round() takes at most 2 arguments; found 3',
      'line 4, column 7: round() has no parameter `digit`; expected one of number, digits (to compare, write ==)',
      'line 5, column 10: len() has no parameter `x`; expected one of str (to compare, write ==)',
    ])
  })

  it('takes any number of arguments where a function does', () => {
    expect(faultsOf('concat("a", "b", "c") min(1, 2, 3) print()')).toEqual([])
    expect(faultsOf('get_datetime(1, 2)')).toEqual([
      'line 1, column 1: get_datetime() takes at most 1 arguments; found 2',
    ])
  })
})
