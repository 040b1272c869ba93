import type { FunctionCases } from './function-cases.ts'

/** Of the functions for numbers, decisions and columns of a spreadsheet. */
export const numberCases: FunctionCases = {
  if: [
    ['if(0, 1)', null],
    ['if("", 1, 2)', 2],
    ['if(1 == 1, "a", 1 / 0)', 'a'],
    ['if(condition=True, value_if_false=1, value_if_true=2)', 2],
    ['IF(1, 2, 3)', 2],
    ['if(1)', 'if() needs `value_if_true`; expected if(condition, value_if_true, value_if_false=None)'],
  ],
  bool: [
    ['bool()', false],
    ['bool("None")', false],
  ],
  print: [['print()', null]],
  int: [
    ['int(" 7 ")', 7],
    ['int("-3.99")', -3],
    ['int(True)', 1],
    ['int("7 apples")', '`value` must be a number; found "7 apples"'],
    ['int("")', '`value` must be a number; found ""'],
  ],
  float: [
    ['float("-.5")', -0.5],
    ['float("1e5")', '`value` must be a number; found "1e5"'],
  ],
  round: [
    ['round(-2.5)', -3],
    ['round(1.005, 2)', 1.01],
    ['round("1.23456", 3)', 1.235],
    ['round(0, 2)', 0],
    ['round(15, -1)', 20],
    ['round(123.456, 99)', 123.456],
    ['round(5, "")', 5],
  ],
  abs: [['abs("-2.5")', 2.5]],
  ceil: [['ceil(-1.2)', -1]],
  floor: [['floor(1.9)', 1]],
  sqrt: [['sqrt(-1)', 'the result is no real number']],
  exp: [['exp(1000)', 'the result is too large']],
  fac: [
    ['fac(0)', 1],
    ['fac(171)', 'the result is too large'],
    ['fac(1.5)', 'expected a whole number from 0 to 170'],
    ['fac(-1)', 'expected a whole number from 0 to 170'],
    ['fac(1000000000)', 'the result is too large'],
  ],
  pow: [['pow(0, -1)', 'division by zero']],
  log: [
    ['log(0)', 'the result is too large'],
    ['log(-1)', 'the result is no real number'],
    ['log(8, 2)', 3],
  ],
  min: [
    ['min("10", 9)', 9],
    ['min("10:00", "09:30")', '09:30'],
    ['min([])', 'there is nothing to choose from'],
    ['min(1, "a")', '1 and "a" have no order'],
  ],
  max: [
    ['max("01.02.2026", "31.01.2026")', '01.02.2026'],
    ['max({"a": 1, "b": 5})', 5],
    ['max()', 'there is nothing to choose from'],
  ],
  random: [
    ['random()', 0.5],
    ['random(10)', 5],
    ['random(1, 6)', 4],
    ['random(6, 1)', 4],
    ['randint(-1, 0)', 0],
  ],
  is_int: [
    ['is_int(5)', true],
    ['is_int("abc")', false],
    ['is_int(unset)', false],
    ['is_int(True)', false],
  ],
  is_float: [
    ['is_float("+7")', false],
    ['is_number("7")', true],
    ['is_float([])', false],
  ],
  c2n: [
    ['c2n("a")', 1],
    ['c2n("Ы")', '`str` must be one to six letters from A to Z'],
  ],
  n2c: [
    ['n2c(1)', 'A'],
    ['n2c(26)', 'Z'],
    ['n2c(27)', 'AA'],
    ['n2c(0)', 'the columns of a spreadsheet begin with 1'],
  ],
  addCols: [['add_cols("A", -1)', 'the columns of a spreadsheet begin with 1']],
}
