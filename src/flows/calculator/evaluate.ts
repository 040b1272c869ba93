import type { DateTime } from 'luxon'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { localNow } from '../conditions/moment.ts'
import { bindArguments } from './bind-arguments.ts'
import { Budget, defaultLimits, type Limits } from './budget.ts'
import { builtInVariable } from './built-in-variables.ts'
import { coerceArgument } from './coerce-argument.ts'
import { holds } from './compare.ts'
import { CalculatorFault } from './fault.ts'
import type { CallContext, Parameter } from './function.ts'
import type { FunctionTable } from './function-table.ts'
import { calculate, negate, raise } from './operators.ts'
import type { Argument, CallExpression, Expression, Program, Statement } from './program.ts'
import { changed, itemOf, partOf } from './reach.ts'
import {
  type CalculatorValue,
  dictionaryOf,
  isDictionary,
  isTrue,
  type MaybeValue,
  structureOf,
  textOf,
} from './value.ts'

export interface EvaluateOptions<Host> {
  /** The value that a variable had before the script; undefined when there is none. Asked with its whole name: `project.rate`. */
  variable(name: string): MaybeValue
  functions: FunctionTable<Host>
  host: Host
  /** Gives the moment that dates are read by, and the deadline. */
  clock: Clock
  /** IANA: of the contact, or else of the project. */
  timeZone: string
  /** BCP 47: of the names of months and days; English when absent or unknown. */
  language?: string | null
  limits?: Partial<Limits>
  /** From 0 up to 1; `Math.random` when absent. */
  random?: () => number
  /** Takes what is printed, also when the script cannot go on; a new list when absent. */
  output?: string[]
}

export interface Evaluation {
  /** Of the last statement. */
  value: CalculatorValue
  /** The variables that the script wrote, with their last values. */
  written: Record<string, CalculatorValue>
  /** What it printed, line by line. */
  output: string[]
  steps: number
}

/**
 * Runs a script from top to bottom. Throws `CalculatorFault` with the line when it cannot go on; what a function throws comes
 * through as it is, except an AppError that may not be retried: that becomes a fault of its line.
 */
export async function evaluate<Host>(program: Program, options: EvaluateOptions<Host>): Promise<Evaluation> {
  return new Run(program, options).run()
}

class Run<Host> {
  readonly #program: Program
  readonly #options: EvaluateOptions<Host>
  readonly #budget: Budget
  readonly #startedAt: Date
  #now: DateTime | undefined
  readonly #context: CallContext<Host>
  readonly #written = new Map<string, CalculatorValue>()
  readonly #output: string[]

  constructor(program: Program, options: EvaluateOptions<Host>) {
    this.#program = program
    this.#options = options
    this.#output = options.output ?? []
    this.#budget = new Budget({ ...defaultLimits, ...options.limits }, options.clock)
    this.#startedAt = options.clock.now()
    const now = () => this.#localNow()
    this.#context = {
      host: options.host,
      get now() {
        return now()
      },
      random: options.random ?? Math.random,
      print: (line) => void this.#output.push(this.#budget.made(line)),
      setVariable: (name, value) => void this.#written.set(name, this.#budget.made(value)),
      spend: (amount) => this.#budget.spend(amount),
      work: (amount) => this.#budget.work(amount),
      breathe: () => this.#budget.breathe(),
    }
  }

  async run(): Promise<Evaluation> {
    let value: MaybeValue
    for (const statement of this.#program.statements) value = await this.#execute(statement)
    return {
      value: value ?? null,
      written: Object.fromEntries(this.#written),
      output: this.#output,
      steps: this.#budget.steps,
    }
  }

  async #execute(statement: Statement): Promise<MaybeValue> {
    if (statement.type === 'expression') return this.#value(statement.value)
    const { target, at } = statement
    const path: MaybeValue[] = []
    for (const { index } of statement.path) path.push(await this.#value(index))
    const change = statement.type === 'assignment' ? ((await this.#value(statement.value)) ?? null) : undefined
    this.#step(at)
    return this.#attempt(at, () => {
      const before = path.length > 0 ? this.#variable(target) : undefined
      const after = path.length === 0 ? change! : changed(before, path, change)
      this.#written.set(target, this.#budget.made(after))
      return change ?? after
    })
  }

  async #value(expression: Expression): Promise<MaybeValue> {
    this.#step(expression.at)
    switch (expression.type) {
      case 'literal':
        return expression.value
      case 'variable':
        return this.#attempt(expression.at, () => this.#variable(expression.name))
      case 'text': {
        let text = ''
        for (const part of expression.parts) {
          text += typeof part === 'string' ? part : textOf(await this.#value(part))
          this.#attempt(expression.at, () => this.#budget.made(text))
        }
        return text
      }
      case 'chain': {
        let left = { value: await this.#value(expression.first), from: expression.first }
        for (const { operator, operand, at } of expression.rest) {
          const right = { value: await this.#value(operand), from: operand }
          const calculated = () => this.#budget.made(calculate(operator, left.value, right.value))
          left = { value: this.#attempt(at, calculated, [left, right]), from: expression }
        }
        return left.value
      }
      case 'comparison':
        return this.#compare(expression)
      case 'or':
      case 'and': {
        let value: MaybeValue
        for (const operand of expression.operands) {
          value = await this.#value(operand)
          const isYes = this.#attempt(operand.at, () => isTrue(this.#budget.read(value)))
          if (isYes === (expression.type === 'or')) return value
        }
        return value
      }
      case 'not': {
        const value = await this.#value(expression.operand)
        return this.#attempt(expression.at, () => !isTrue(this.#budget.read(value)))
      }
      case 'sign': {
        const value = await this.#value(expression.operand)
        const used = [{ value, from: expression.operand }]
        return this.#attempt(expression.at, () => (expression.sign === '-' ? negate(value) : value), used)
      }
      case 'power': {
        const base = { value: await this.#value(expression.base), from: expression.base }
        const exponent = { value: await this.#value(expression.exponent), from: expression.exponent }
        return this.#attempt(expression.at, () => raise(base.value, exponent.value), [base, exponent])
      }
      case 'list': {
        const items: CalculatorValue[] = []
        for (const item of expression.items) items.push((await this.#value(item)) ?? null)
        return this.#attempt(expression.at, () => this.#budget.made(items))
      }
      case 'dictionary': {
        const entries: [string, CalculatorValue][] = []
        for (const { key, value } of expression.entries) {
          entries.push([textOf(await this.#value(key)), (await this.#value(value)) ?? null])
        }
        return this.#attempt(expression.at, () => this.#budget.made(dictionaryOf(entries)))
      }
      case 'reach':
        return this.#reach(expression)
      case 'call':
        return this.#call(expression)
    }
  }

  async #compare({ first, rest }: Expression & { type: 'comparison' }): Promise<boolean> {
    let left = await this.#value(first)
    for (const { operator, operand } of rest) {
      const right = await this.#value(operand)
      const compare = () => holds(operator, this.#budget.read(left), this.#budget.read(right))
      if (!this.#attempt(operand.at, compare)) return false
      left = right
    }
    return true
  }

  async #reach({ subject, steps }: Expression & { type: 'reach' }): Promise<MaybeValue> {
    let whole = { value: await this.#value(subject), from: subject }
    for (const step of steps) {
      const bounds: MaybeValue[] = []
      for (const bound of step.type === 'index' ? [step.index] : [step.from, step.to, step.step]) {
        bounds.push(bound ? await this.#value(bound) : null)
      }
      const given = () => this.#budget.parsed(whole.value)
      const taken = () => (step.type === 'index' ? itemOf(given(), bounds[0]) : partOf(given(), bounds))
      whole = { value: this.#attempt(step.at, () => this.#budget.made(taken()), [whole]), from: subject }
    }
    return whole.value
  }

  async #call(call: CallExpression): Promise<MaybeValue> {
    const bound = this.#attempt(call.at, () => bindArguments(call, this.#options.functions))
    const values: Record<string, unknown> = {}
    for (const { name, parameter, given } of bound.arguments) {
      if (parameter.rest) {
        const rest: unknown[] = []
        for (const argument of given) rest.push(await this.#argument(call.name, argument, name, parameter))
        values[name] = rest
      } else values[name] = await this.#argument(call.name, given[0], name, parameter, call.at)
    }
    try {
      await this.#budget.breathe()
      const result = await bound.definition.call(values, this.#context)
      this.#budget.checkTime()
      return this.#budget.made(result ?? null)
    } catch (error) {
      throw this.#fault(error, call.at, `${call.name}(): `)
    }
  }

  async #argument(
    called: string,
    argument: Argument | undefined,
    name: string,
    parameter: Parameter,
    at = argument?.at ?? 0,
  ): Promise<unknown> {
    if (parameter.type === 'later') {
      return argument && (async () => (await this.#value(argument.value)) ?? null)
    }
    const value = argument && (await this.#value(argument.value))
    try {
      return coerceArgument(this.#budget.made(value), name, parameter)
    } catch (error) {
      throw this.#fault(error, argument?.at ?? at, `${called}(): `)
    }
  }

  #variable(name: string): MaybeValue {
    const known = this.#written.has(name) ? this.#written.get(name) : this.#options.variable(name)
    return known === undefined ? (this.#entry(name) ?? builtInVariable(name, () => this.#localNow())) : known
  }

  /** `order.city` where no variable has that whole name: the entry `city` of the dictionary `order`. */
  #entry(name: string): MaybeValue {
    const dot = name.lastIndexOf('.')
    const whole = dot > 0 ? structureOf(this.#budget.parsed(this.#variable(name.slice(0, dot)))) : undefined
    return isDictionary(whole) ? itemOf(whole, name.slice(dot + 1)) : undefined
  }

  /** Made when it is first asked for: most scripts know no dates. */
  #localNow(): DateTime {
    const { timeZone, language } = this.#options
    this.#now ??= localNow(this.#startedAt, [timeZone], language)
    return this.#now
  }

  #step(at: number): void {
    const reason = this.#budget.step()
    if (reason) throw new CalculatorFault(reason, this.#program.source, at)
  }

  /** Does something that belongs to a place of the source, which its fault then names. */
  #attempt<Result>(
    at: number,
    work: () => Result,
    used: readonly { value: MaybeValue; from: Expression }[] = [],
  ): Result {
    try {
      return work()
    } catch (error) {
      const unset = used.find(({ value }) => value === undefined)?.from
      if (unset?.type !== 'variable' || !(error instanceof AppError)) throw this.#fault(error, at)
      const reason = `the variable "${unset.name}" has no value`
      throw new CalculatorFault(reason, this.#program.source, unset.at, { cause: error })
    }
  }

  #fault(error: unknown, at: number, before = ''): unknown {
    if (error instanceof CalculatorFault || !(error instanceof AppError) || error.retryable) return error
    return new CalculatorFault(`${before}${error.message}`, this.#program.source, at, { cause: error })
  }
}
