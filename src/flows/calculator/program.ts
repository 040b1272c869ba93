/** A script as the grammar read it. Every `at` is the place in the source, in UTF-16 units from 0. */
export interface Program {
  source: string
  statements: readonly Statement[]
}

export type Statement =
  | { type: 'assignment'; target: string; path: readonly Index[]; value: Expression; at: number }
  | { type: 'deletion'; target: string; path: readonly Index[]; at: number }
  | { type: 'expression'; value: Expression; at: number }

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>='

export type Expression =
  | { type: 'literal'; value: null | boolean | number | string; at: number }
  /** A text with `#{…}` in it: its parts in order. */
  | { type: 'text'; parts: readonly (string | Expression)[]; at: number }
  | { type: 'variable'; name: string; at: number }
  | { type: 'list'; items: readonly Expression[]; at: number }
  | { type: 'dictionary'; entries: readonly { key: Expression; value: Expression }[]; at: number }
  | { type: 'or' | 'and'; operands: readonly Expression[]; at: number }
  | { type: 'not'; operand: Expression; at: number }
  /** `a < b <= c` holds when each two neighbours do. */
  | { type: 'comparison'; first: Expression; rest: readonly Link<ComparisonOperator>[]; at: number }
  /** Operators of one rank, from left to right. */
  | { type: 'chain'; first: Expression; rest: readonly Link<ArithmeticOperator>[]; at: number }
  | { type: 'sign'; sign: '-' | '+'; operand: Expression; at: number }
  | { type: 'power'; base: Expression; exponent: Expression; at: number }
  /** `subject[…][…]`. */
  | { type: 'reach'; subject: Expression; steps: readonly (Index | Slice)[]; at: number }
  | CallExpression

export interface Link<Operator> {
  operator: Operator
  operand: Expression
  at: number
}

export interface Index {
  type: 'index'
  index: Expression
  at: number
}

export interface Slice {
  type: 'slice'
  from: Expression | null
  to: Expression | null
  step: Expression | null
  at: number
}

export interface CallExpression {
  type: 'call'
  name: string
  arguments: readonly Argument[]
  at: number
}

export interface Argument {
  /** Null for an argument that goes by its position. */
  name: string | null
  value: Expression
  at: number
}
