import { type DestinationStream, type Logger, pino } from 'pino'
import { maskSecrets } from './mask.ts'

export type Log = Logger

/**
 * The program's log: one JSON object a line on standard output, secrets masked wherever they stand,
 * but for what a child log is given to say always: that is ours.
 * `level` is one of pino's levels or `silent`.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[]
          // An error alone would be taken apart by pino before its message can be masked.
          const said = first instanceof Error ? [{ error: first }, ...(rest.length > 0 ? rest : [first.message])] : args
          method.apply(this, said.map((part) => maskSecrets(part)) as Parameters<typeof method>)
        },
      },
    },
    destination ?? pino.destination(1),
  )
}
