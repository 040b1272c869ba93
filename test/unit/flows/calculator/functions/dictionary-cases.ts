import type { FunctionCases } from './function-cases.ts'

/** Of the functions for dictionaries. */
export const dictionaryCases: FunctionCases = {
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
}
