import { type Logger, pino, stdSerializers } from 'pino'
import { maskSecrets } from './mask.ts'

export type Log = Logger

/**
 * The program's log: one JSON object a line on standard output, secrets masked wherever they stand.
 * `level` is one of pino's levels or `silent`.
 */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: (error) => maskSecrets(error instanceof Error ? stdSerializers.err(error) : error) },
    formatters: { level: (label) => ({ level: label }), log: (object) => maskSecrets(object) as Record<string, unknown> },
  })
}
