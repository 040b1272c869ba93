import type { Clock } from '../../platform/clock.ts'
import { storable } from '../../platform/storable.ts'
import { defaultLimits, type Limits } from '../calculator/budget.ts'
import { calculatorFunctions } from '../calculator/calculator-functions.ts'
import { type Evaluation, evaluate } from '../calculator/evaluate.ts'
import { sortWritten } from '../calculator/keep-variables.ts'
import { parse } from '../calculator/parse.ts'
import { readVariable } from '../calculator/script-variables.ts'
import type { Step } from './actions/step.ts'
import { type ScriptHost, scriptHost } from './script-host.ts'
import { contactOf } from './speaker.ts'
import { stepScope } from './step-scope.ts'

/**
 * What a script of a block may use up. While it runs, its batch holds the locks of all threads that it works on, so this is
 * less than what a script could take elsewhere.
 */
export const stepLimits: Limits = { ...defaultLimits, volume: 1_000_000, timeMs: 2_000 }

export interface ScriptResult extends Evaluation {
  host: ScriptHost
}

/**
 * Runs the script of a block for the client of a step, and keeps the variables that it wrote. Throws `CalculatorFault` with the
 * line; whoever called takes everything back then.
 */
export async function runScript(step: Step, source: string): Promise<ScriptResult> {
  const parsed = parse(source)
  if (!parsed.ok) throw parsed.fault
  const { context, state, record } = step
  const { program } = parsed
  const host = scriptHost(step)
  const contact = contactOf(context, state)
  const { settings } = context.project
  if (source.includes('order_id')) await host.watchDeal()
  const place = { clientId: contact?.id, orderId: host.watchedDeal }
  const scope = stepScope(context, state)
  const trace = { did: host.calls, printed: [] as string[] }
  record.script = trace
  const evaluation = await evaluate(program, {
    variable: (name) => readVariable(name, scope, place),
    functions: calculatorFunctions,
    host,
    clock: clockFrom(context.now),
    timeZone: contact?.timeZone ?? settings.timeZone,
    language: contact?.language,
    limits: stepLimits,
    output: trace.printed,
  })
  const kept = await sortWritten(context.tx, program, evaluation.written, {
    projectId: step.work.projectId,
    locale: { country: settings.country, timeZone: settings.timeZone, ownCountry: contact?.country },
    hasContact: contact !== undefined,
  })
  state.run.variables = { ...state.run.variables, ...kept.run }
  if (Object.keys(kept.attributes).length > 0) await host.act.setContact({}, kept.attributes)
  record.script = storable({ ...trace, variables: evaluation.written, steps: evaluation.steps })
  return { ...evaluation, host }
}

/** The step's own moment, which then goes on as time passes. */
function clockFrom(now: Date): Clock {
  const begin = performance.now()
  return { now: () => new Date(now.getTime() + performance.now() - begin) }
}
