import type { DateTime } from 'luxon'
import type { CalculatorDictionary, CalculatorList, CalculatorValue } from './value.ts'

/** How an argument is read before the function sees it. */
interface ArgumentTypes {
  any: CalculatorValue
  /** Any value, as it is shown. */
  text: string
  /** A number, or a text that looks like one. */
  number: number
  whole: number
  /** Anything: empty text, 0, None, empty lists and the text `False` are no. */
  boolean: boolean
  /** A list, or its JSON text. */
  list: CalculatorList
  /** A dictionary, or its JSON text. */
  dictionary: CalculatorDictionary
  /** Computed only when the function calls it. */
  later: () => Promise<CalculatorValue>
}
export type ArgumentType = keyof ArgumentTypes

/** One parameter of a function. */
export interface Parameter<Type extends ArgumentType = ArgumentType, Given = unknown> {
  type: Type
  /** For the reference page. */
  meaning: string
  /** What counts when it is absent or None. */
  default?: CalculatorValue
  /** It may be absent or None; the function then sees undefined. */
  optional?: boolean
  /** The last parameter may take all further arguments, as a list. */
  rest?: boolean
  /** Never present: carries the type that the function sees. */
  given?: Given
}

export type Parameters = Readonly<Record<string, Parameter>>
export type ArgumentsOf<Given extends Parameters> = {
  [Name in keyof Given]: Given[Name] extends Parameter<ArgumentType, infer Value> ? Value : never
}

/** A parameter that must be given. */
export function required<Type extends ArgumentType>(type: Type, meaning: string): Parameter<Type, ArgumentTypes[Type]> {
  return { type, meaning }
}

/** A parameter that may be absent or None; the function sees the default, or undefined when there is none. */
export function optional<Type extends ArgumentType>(
  type: Type,
  meaning: string,
): Parameter<Type, ArgumentTypes[Type] | undefined>
export function optional<Type extends ArgumentType>(
  type: Type,
  meaning: string,
  preset: CalculatorValue,
): Parameter<Type, ArgumentTypes[Type]>
export function optional(type: ArgumentType, meaning: string, preset?: CalculatorValue): Parameter {
  return { type, meaning, optional: true, ...(preset !== undefined && { default: preset }) }
}

/** The last parameter, which takes all further arguments (none, one or many) as a list. */
export function rest<Type extends ArgumentType>(type: Type, meaning: string): Parameter<Type, ArgumentTypes[Type][]> {
  return { type, meaning, rest: true }
}

/** What a function sees besides its arguments. */
export interface CallContext<Host = unknown> {
  /** What the functions of the house act on. Functions of the language do not look at it. */
  host: Host
  /** When the script began, on the clock that dates are read by. It stands still while the script runs. */
  now: DateTime
  /** From 0 up to 1. */
  random(): number
  /** Adds a line to the output of the script. */
  print(line: string): void
  /** Sets a variable, as an assignment does. */
  setVariable(name: string, value: CalculatorValue): void
  /**
   * Announces a result of so many characters and items before it is made; ends the script when that is too much. Results no
   * longer than the arguments need no announcement.
   */
  spend(amount: number): void
  /** Announces work that takes as long as to go through so many characters; ends the script when that is too much. */
  work(amount: number): void
  /** Lets other work of the process go on, when it is time; for work that is spent piece by piece. */
  breathe(): Promise<void>
}

export type FunctionGroup =
  | 'logic'
  | 'numbers'
  | 'text'
  | 'dates'
  | 'lists'
  | 'dictionaries'
  | 'coding'
  | 'clients'
  | 'tasks'
  | 'deals'

/** A function that scripts can call: how it is called, what it does, and its page in the reference. */
export interface CalculatorFunction<Host = unknown> {
  name: string
  /** Other names of the same function: other spellings, older names. */
  aliases: readonly string[]
  group: FunctionGroup
  /** What it does and what edge cases give, in Markdown. */
  summary: string
  /** In their order. Each may also be given by name: `delete_pended_messages(all=True)`. */
  parameters: Parameters
  /** What it gives, in words. */
  returns: string
  /** Calls with their result as a script would write it; functions of the house may leave the result out. */
  examples: readonly { source: string; result?: string }[]
  /** Where scripts with this function come from. */
  knownFrom: string
  /** Whether it changes anything, so that a playground can list it among the effects. */
  changes: boolean
  /** Arguments come by the names of the parameters, already of their types. May be asynchronous. */
  call(
    args: Record<string, unknown>,
    context: CallContext<Host>,
  ): CalculatorValue | undefined | Promise<CalculatorValue | undefined>
}

export interface FunctionDefinition<Host, Given extends Parameters>
  extends Omit<CalculatorFunction<Host>, 'aliases' | 'parameters' | 'changes' | 'call'> {
  aliases?: readonly string[]
  parameters: Given
  /** False when absent. */
  changes?: boolean
  /** To refuse an argument, throw `AppError('invalid', …)`: the script ends with that message and the line. Undefined counts as None. */
  call(
    args: ArgumentsOf<Given>,
    context: CallContext<Host>,
  ): CalculatorValue | undefined | Promise<CalculatorValue | undefined>
}

/** Defines a function; the types of its arguments follow from its parameters. */
export function defineFunction<Given extends Parameters, Host = unknown>(
  definition: FunctionDefinition<Host, Given>,
): CalculatorFunction<Host> {
  const { call, ...rest } = definition
  return {
    aliases: [],
    changes: false,
    ...rest,
    call: (args, context) => call(args as ArgumentsOf<Given>, context),
  }
}
