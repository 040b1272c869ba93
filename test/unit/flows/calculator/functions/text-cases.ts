import type { FunctionCases } from './function-cases.ts'

/** Of the functions for texts, patterns and codes. */
export const textCases: FunctionCases = {
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
