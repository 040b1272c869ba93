import type { Place } from './fault.ts'

/** A script as the grammar read it. */
export interface Program {
  source: string
  statements: readonly Statement[]
}

export type Statement =
  | { type: 'assignment'; target: string; path: readonly Expression[]; value: Expression; place: Place }
  | { type: 'expression'; value: Expression; place: Place }

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%'
  | '**'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'

export type Expression = { place: Place } & (
  | { type: 'literal'; value: null | boolean | number | string }
  /** A text with `#{…}` in it: its parts in order. */
  | { type: 'text'; parts: readonly Expression[] }
  | { type: 'variable'; name: string }
  | { type: 'list'; items: readonly Expression[] }
  | { type: 'dictionary'; entries: readonly { key: Expression; value: Expression }[] }
  | { type: 'unary'; operator: '-' | '+' | 'not'; operand: Expression }
  | { type: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { type: 'index'; subject: Expression; index: Expression }
  | { type: 'slice'; subject: Expression; from: Expression | null; to: Expression | null; step: Expression | null }
  | CallExpression
)

export interface CallExpression {
  type: 'call'
  name: string
  arguments: readonly Argument[]
  place: Place
}

export interface Argument {
  /** Null for an argument that goes by its position. */
  name: string | null
  value: Expression
  place: Place
}
