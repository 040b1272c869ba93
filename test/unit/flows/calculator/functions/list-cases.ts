import type { FunctionCases } from './function-cases.ts'

/** Of the functions for lists and choices. */
export const listCases: FunctionCases = {
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
}
