/**
 * SQLSTATE classes of a server that is gone, going or out of something, and of a connection that it does not take now
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html): connection exception, invalid authorization, no such
 * database, insufficient resources, operator intervention, system error.
 */
const goneClasses = ['08', '28', '3D', '53', '57', '58']
/** Serialization failure, deadlock, lock not available, a server that only reads, a database that takes no connections. */
const passingCodes = new Set(['40001', '40P01', '55P03', '25006', '55000'])
/** What the network and the driver say of a lost connection. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
])

/** Whether a database error may be gone at the next try: the fault is not in what was asked. */
export function isPassing(error: unknown): boolean {
  if (error === null || typeof error !== 'object') return false
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (typeof code !== 'string' || !isPassingCode(code)) return isPassing(cause)
  return true
}

function isPassingCode(code: string): boolean {
  if (connectionCodes.has(code) || passingCodes.has(code)) return true
  return /^[0-9A-Z]{5}$/.test(code) && goneClasses.some((prefix) => code.startsWith(prefix))
}

/** Whether the connection that an error came from is gone, or about to be: the server ends it after a fatal error. */
export function isConnectionLost(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  return severity === 'FATAL' || severity === 'PANIC' || (typeof code === 'string' && connectionCodes.has(code))
}

/** What is thrown instead of sending anything on a connection that is gone. */
export function connectionLost(): Error {
  return Object.assign(new Error('The connection to the database was lost.'), { code: 'CONNECTION_CLOSED' })
}
