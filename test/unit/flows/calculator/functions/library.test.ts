import { describe, expect, it } from 'vitest'
import { libraryFunctions } from '../../../../../src/flows/calculator/functions/library.ts'
import type { CalculatorValue } from '../../../../../src/flows/calculator/value.ts'
import { runScript, valueOfScript } from '../run-script.ts'

const examples = libraryFunctions.flatMap(({ name, examples }) =>
  examples.flatMap(({ source, result }) => (result === undefined ? [] : [[name, source, result] as const])),
)

/** Defaults and edge cases of every function, on Monday, 2 November 2026, 12:00. Faults stand without their place. */
const cases: Record<string, [source: string, result: CalculatorValue][]> = {
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
  str: [
    ['str()', ''],
    ['str(True)', 'True'],
    ['str({"a": None})', '{"a": null}'],
    ['str("x")', 'x'],
  ],
  len: [
    ['len("")', 0],
    ['len(unset)', 0],
    ['len({"a": 1})', 1],
    ['len(12.50)', 4],
  ],
  concat: [['concat()', '']],
  substring: [
    ['substring("тескт для обрезки", 4)', 'т для обрезки'],
    ['substring("тескт для обрезки", -4)', 'езки'],
    ['substring("тескт для обрезки", 4, 6)', 'т '],
    ['substring("тескт для обрезки", 0, 6)', 'тескт '],
    ['substring("тескт для обрезки", 0, -4)', 'тескт для обр'],
    ['substring("abc", 5)', ''],
  ],
  splitter: [
    ['splitter("s, W, q", ",")', ['s', ' W', ' q']],
    ['splitter("text1:text2:text3", ":", 2)', ['text1', 'text2:text3']],
    ['splitter("a,b")', ['a', 'b']],
    ['split("ab", "")', ['a', 'b']],
    ['splitter("", ",")', ['']],
    ['splitter("a,b", ",", 0)', ['a', 'b']],
  ],
  join: [
    ['join([])', ''],
    ['join([1, None, [2]])', '1, , [2]'],
    ['join("[1, 2]", "")', '12'],
  ],
  replace: [
    ['replace("aaa", "a", "b", 2)', 'bba'],
    ['replace("aaa", "a", "b", 0)', 'aaa'],
    ['replace("aaa", "", "b")', 'aaa'],
    ['replace("a.b", ".", "$&")', 'a$&b'],
    ['replace(1.5, ".", ",")', '1,5'],
  ],
  title: [['title("#{unset}")', '']],
  capitalize: [['capitalize("")', '']],
  normalizePhone: [
    ['normalize_phone("8 (978) 999-99-99")', '79789999999'],
    ['normalizePhone("88")', '88'],
    ['normalizePhone("abc")', ''],
  ],
  contains: [
    ['contains("Привет", "ПРИ", False)', true],
    ['contains("abc", "")', true],
  ],
  find: [['find("abcabc", "b", -2)', 4]],
  reverse: [
    ['reverse("[1, 2]")', [2, 1]],
    ['reverse(12)', '21'],
  ],
  zfill: [['zfill("abcd", 2)', 'abcd']],
  select_random: [['select_random("a|b|c")', 'b']],
  findall: [
    [
      String.raw`findall('(\w+)@(\w+)', "a@b c@d")`,
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ["findall('x', 'abc')", []],
    ["findall('x', 'abc', 0)", ''],
    [String.raw`findall('\d', '123', -1)`, '3'],
    ["findall('', 'ab')", ['', '', '']],
    [`findall('[а-яё]+', 'Ёлка да ёж', 1)`, 'да'],
    [`findall('(?i)ПРИВЕТ', 'привет')`, ['привет']],
    ["findall('(', 'abc')", '"(" is no pattern: error parsing regexp: missing closing ): `(`'],
    [
      String.raw`findall('(a)\1', 'aa')`,
      '"(a)\\1" is no pattern: error parsing regexp: invalid escape sequence: `\\1`',
    ],
  ],
  re_search: [[String.raw`re_search('n=(\d+)', "n=15")`, '15']],
  re_match: [[`re_match('', "")`, true]],
  re_sub: [
    [String.raw`re_sub('\d', "$1#", "a1b2", 1)`, 'a$1#b2'],
    [`re_sub('b*', "-", "abc")`, '-a--c-'],
    [`re_sub('x', "-", "abc")`, 'abc'],
  ],
  re_split: [[`re_split(',', "a")`, ['a']]],
  similar: [
    ['similar("", "")', true],
    ['similar("abc", "")', false],
    ['similar("Москва ", "масква")', true],
    [
      'a = "aaaaaaaaaa" a = a+a+a+a+a a = a+a+a+a+a a = a+a+a+a+a similar(a, a)',
      'the texts may have at most 1000 characters',
    ],
  ],
  addDays: [
    ['add_days("28.02.2024", 1)', '29.02.2024'],
    ['addDays(current_date, 20)', '22.11.2026'],
    ['addDays("tomorrow", 1)', 'expected a date such as 31.12.2026 or a time such as 18:30; found "tomorrow"'],
    ['addDays("01.01.2026", 99999999)', 'the date is out of reach'],
  ],
  addMonth: [['add_month("31.12.2020", -10)', '29.02.2020']],
  addYear: [['add_year("31.12.2021 10:00", -2)', '31.12.2019 10:00']],
  addMinutes: [
    ['add_minutes("23:50", 20)', '00:10'],
    ['addMinutes("31.12.2026 23:50", 20)', '01.01.2027 00:10'],
  ],
  date_add: [
    ['date_add("01.01.2026", 1)', '02.01.2026'],
    ['date_add("01.01.2026", 2, "Week")', '15.01.2026'],
    [
      'date_add("01.01.2026", 1, "moons")',
      '`unit` must be one of seconds, minutes, hours, days, weeks, months, years; found "moons"',
    ],
  ],
  add_time: [['add_time("10:00", -1, "hours")', '09:00']],
  date_diff: [
    ['date_diff("31.01.2026", "28.02.2026", "months")', 1],
    ['date_diff("02.01.2026", "01.01.2026")', -1],
    ['date_diff("01.01.2026 10:00", "01.01.2026 10:30", "minutes")', 30],
    ['date_diff("01.01.2026", "10:00")', 'a date and a time of day cannot be compared'],
  ],
  weekday_date: [
    ['weekday_date(3)', '04.11.2026'],
    ['weekday_date(1)', '09.11.2026'],
    ['weekday_date(1, True)', '02.11.2026'],
    ['weekday_date(0)', '`day` must be from 1 (Monday) to 7 (Sunday)'],
  ],
  month_date: [
    ['month_date(15)', '15.11.2026'],
    ['month_date(2)', '02.12.2026'],
    ['month_date(2, True)', '02.11.2026'],
    ['month_date(1)', '01.12.2026'],
    ['month_date(31)', '30.11.2026'],
    ['month_date(32)', '`day` must be from 1 to 31'],
  ],
  birthdate: [
    ['birthdate("20.08.1990")', '20.08.2027'],
    ['birthdate("02.11.1990")', '02.11.2026'],
    ['birthdate("29.02.2000")', '28.02.2027'],
  ],
  time_interval: [
    ['time_interval("10:00", "19:00")', true],
    ['time_interval("12:00", "12:00")', true],
    ['time_interval("12:01", "19:00")', false],
    ['time_interval("22:00", "06:00")', false],
    ['time_interval("11:00", "06:00")', true],
    ['time_interval("01.11.2026", "03.11.2026")', true],
    ['time_interval("02.11.2026 12:01", "03.11.2026")', false],
    ['time_interval("10:00", "03.11.2026")', 'a date and a time of day cannot be compared'],
  ],
  strftime: [
    ['strftime("01.02.2026", "%d/%m %j %u %w %% %q %")', '01/02 032 7 0 % %q %'],
    ['strftime("18:05", "%d.%m.%Y %I:%M %p")', '02.11.2026 06:05 PM'],
    ['strftime("01.02.2026", "%A, %B")', 'Sunday, February'],
  ],
  convert_datetime: [
    ['convert_datetime("02.11.2026 18:05", "%d.%m.%Y %H:%M")', '02.11.2026 18:05'],
    ['convert_datetime("5 March 2026", "%d %B %Y", "%d.%m.%Y")', '05.03.2026'],
    ['convert_datetime("at 18:05", "at %H:%M", "%H-%M")', '18-05'],
    ['convert_datetime("abc", "%d.%m.%Y")', '"abc" does not fit the format %d.%m.%Y'],
    ['convert_datetime("1", "%w")', '%w in a format cannot be used to read a date'],
  ],
  get_datetime: [
    ['get_datetime()', '02.11.2026 12:00'],
    ['get_datetime("%H:%M %z")', '12:00 +0300'],
  ],
  current_date_rus: [
    ['current_date_rus()', '2 ноября'],
    ['current_date_rus(29)', '1 декабря'],
  ],
  date_rus: [['date_rus("02.11.2026", -2)', '31 октября']],
  to_timestamp: [
    ['to_timestamp("02.11.2026 12:00")', 1793610000],
    ['to_timestamp(current_time)', 1793610000],
  ],
  from_timestamp: [
    ['from_timestamp(timestamp)', '02.11.2026 12:00'],
    ['from_timestamp(10 ** 15)', 'the date is out of reach'],
  ],
  append: [
    ['append([], None)', [null]],
    ['append([], [1])', [[1]]],
    ['append([], "[1]")', ['[1]']],
    ['append([], "abc", True)', ['abc']],
    ['a = [1] append(a, 2) a', [1]],
  ],
  insert: [
    ['insert([1, 2], -1, 9)', [1, 9, 2]],
    ['insert([1], 99, 2)', [1, 2]],
    [`insert([1], 0, '{"a": 1}', True)`, [{ a: 1 }, 1]],
  ],
  del: [
    ['del([1], 5)', [1]],
    ['del({"a": 1}, "b")', { a: 1 }],
    ['del("abc", 0)', 'only items of a list or a dictionary can be set; found "abc"'],
  ],
  remove: [
    ['remove(["1", 2, 3, "4"], "4")', ['1', 2, 3]],
    ['remove([1, 1], "1")', [1]],
    ['remove([1], 5)', [1]],
  ],
  index: [['index([[1], 2], [1])', 0]],
  in_array: [
    ['in_array([1, 2], "2")', true],
    ['in_array("[1, 2]", 1)', true],
  ],
  arr_len: [
    ['arr_len({"a": 1})', 1],
    ['arr_len("[1, 2, 3]")', 3],
    ['arr_len(5)', -1],
    ['arr_len(None)', 0],
  ],
  array_slice: [['array_slice([1, 2, 3], -1)', [3]]],
  sum_array: [
    ['sum_array([])', 0],
    ['sum([0.1, 0.2])', 0.3],
    ['sum_array("[1, 2]")', 3],
  ],
  massive_to_text: [
    ['massive_to_text([])', ''],
    ['massive_to_text([1], "", 1, ",", ".")', '1. 1,'],
    ['massive_to_text([1], numbered="")', '1;'],
  ],
  unpack_list: [
    ['unpack_list(["a", "b"]) var1 + var2', 'ab'],
    ['unpack_list(["a"], "custom") custom1', 'a'],
    ['unpack_list(["a"], "1x")', '`var_name` must be a name: a letter, then letters, digits and underscores'],
    ['unpack_list(range(1001))', 'a list of more than 1000 items cannot be unpacked'],
  ],
  range: [
    ['range(0)', []],
    ['range(1, 4)', [1, 2, 3]],
    ['range(1, 4, 0)', '`step` cannot be 0'],
    ['range(1000000)', 'a value would have more than 100000 characters and items'],
  ],
  sort: [
    ['sort(["b", 10, "a", 9, "02.01.2026", "01.02.2026", None])', [9, 10, '02.01.2026', '01.02.2026', 'a', 'b', null]],
    ['sort([1, 3, 2], True)', [3, 2, 1]],
    ['keys(sort({"b": 1, "a": 2}))', ['a', 'b']],
    ['sort("abc")', '`mass` must be a list or a dictionary'],
  ],
  sort_by_value: [['keys(sort_by_value({"a": 1, "b": 3, "c": 2}, True))', ['b', 'c', 'a']]],
  shuffle_massive: [['sort(shuffle_massive([1, 2, 3]))', [1, 2, 3]]],
  select_random_from_list: [
    ['select_random_from_list([1, 2, 3])', 2],
    ['select_random_from_list([])', null],
  ],
  remove_duplicates: [['remove_duplicates([1, "1", "a", "A", [1], [1]])', [1, 'a', 'A', [1]]]],
  except_arr: [['except_arr(["1", 2], [1])', [2]]],
  cross_arr: [['cross_arr(["все", "спасибо"], ["спасибо"])', ['спасибо']]],
  count_occurrences: [
    ['count("abc", "")', 0],
    ['count("[1, 1]", 1)', 2],
  ],
  tools_make_button_str_checker: [
    [
      'tools_make_button_str_checker([{"t": "A", "p": 1}, {"t": "B"}, {}], "t", "2", "1", 0)',
      {
        numbered_list: '1. A\n2. B\n3. \n',
        buttons: [
          { type: 'inline', text: 'A', line: 0, index_in_line: 0 },
          { type: 'inline', text: 'B', line: 0, index_in_line: 1 },
          { type: 'inline', text: '', line: 1, index_in_line: 0 },
        ],
        checker: 'A;B;;',
      },
    ],
  ],
  tools_check_user_input: [
    ['tools_check_user_input([{"t": "A", "p": 1}], " a ", "t")', { t: 'A', p: 1 }],
    ['tools_check_user_input([{"t": "A"}], "A", "t", "p")', null],
    ['tools_check_user_input(["A"], "2")', null],
    ['tools_check_user_input(["5", "A"], "5")', '5'],
  ],
  get: [
    ['get([1, [2]], "1|0")', 2],
    ['get({"a|b": 1}, "a|b")', 1],
    [`get('{"a": 1}', "a")`, 1],
    ['get({}, "a|b|c")', null],
    ['get([1], "x")', null],
    ['get("abc", "0", 5)', 5],
    ['get({"a": 0}, "a", 5)', 0],
  ],
  set: [
    ['set([1, 2], 0, 9)', [9, 2]],
    ['set({"a": [1]}, "a|0", 2)', { a: [2] }],
    ['set("abc", "a", 1)', 'only items of a list or a dictionary can be set; found "abc"'],
  ],
  exist_key: [['exist_key({}, "toString")', false]],
  key_index: [['key_index({"a": 1}, "b")', -1]],
  get_values_by_key: [
    [
      'get_values_by_key([{"Товар": "Товар№1", "Цена": 1500}, {"Товар": "Товар№2"}, 5], "Товар")',
      ['Товар№1', 'Товар№2'],
    ],
  ],
  humanize: [
    ['humanize({"a": 1, "b": 2, "c": 3}, ": ", 0, 2)', 'a: 1\nb: 2'],
    ['humanize({"a": [1]})', 'a: [1]'],
  ],
  md5: [['md5("")', 'd41d8cd98f00b204e9800998ecf8427e']],
  sha1: [['sha1("Привет")', '2805ae8e7e12f182135f92fb90843bb1080d3be8']],
  hmac_hexdigest: [
    ['hmac_hexdigest("key", "msg", "MD5")', '18e3548c59ad40dd03907b7aeee71d67'],
    ['hmac_hexdigest("key", "msg", "sha3")', '`hash_type` must be one of md5, sha1, sha256, sha512'],
  ],
  base64: [['base64encode("a")', 'YQ==']],
  base64decode: [['base64decode("%%%")', '']],
  urlencode: [['urlencode("Ivan Ivanovich")', 'Ivan%20Ivanovich']],
  urldecode: [['urldecode("100%")', '100%']],
  json_dumps: [['json_dump("a\\nb")', '"a\\nb"']],
  json_loads: [
    ['json_parse("[1, 12345678901234567890]")', [1, '12345678901234567890']],
    ['json_load("5")', 5],
    ['from_json("")', null],
  ],
}

describe('the functions of the language', () => {
  it.each(examples)('%s: %s is %s, as the reference says', async (_name, source, result) => {
    expect((await runScript(source)).value).toEqual((await runScript(result)).value)
  })

  it.each(
    Object.entries(cases).flatMap(([name, list]) => list.map(([source, result]) => [name, source, result] as const)),
  )('%s: %s is %j', async (_name, source, result) => {
    const value = await valueOfScript(source)
    expect(
      typeof value === 'string' ? value.replace(/^CalculatorFault: line 1, column \d+: (\w+\(\): )?/, '') : value,
    ).toEqual(result)
  })

  it('are all tested', () => {
    const tested = new Set<string>([...Object.keys(cases), ...examples.map(([name]) => name)])
    expect(libraryFunctions.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([])
    expect(Object.keys(cases).filter((name) => !libraryFunctions.some((it) => it.name === name))).toEqual([])
  })

  it('name their parts in the language of the contact', async () => {
    const { value } = await runScript('strftime("02.11.2026", "%A, %d %B")', { language: 'ru' })
    expect(value).toBe('понедельник, 02 ноября')
    expect(await valueOfScript('convert_datetime("5 марта 2026", "%d %B %Y", "%d.%m.%Y")', { language: 'ru' })).toBe(
      '05.03.2026',
    )
  })

  it('keep to the calendar where the clocks change', async () => {
    const { value } = await runScript('to_timestamp("25.10.2026 12:00") - to_timestamp("24.10.2026 12:00")', {
      timeZone: 'Europe/Berlin',
    })
    expect(value).toBe(25 * 3600)
    expect(await valueOfScript('"24.10.2026 12:00" + 1', { timeZone: 'Europe/Berlin' })).toBe('25.10.2026 12:00')
  })
})
