/** SQLSTATE classes of a server that is gone or going: connection exception, operator intervention. */
const goneClasses = ['08', '57']
/** https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization failure, deadlock, lock not available. */
const passingCodes = new Set(['40001', '40P01', '55P03'])
/** What the network and the driver say of a lost connection. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
])

/** Whether a database error may be gone at the next try: the fault is not in what was asked. */
export function isPassing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return false
  return (
    connectionCodes.has(code) ||
    passingCodes.has(code) ||
    goneClasses.some((prefix) => /^[0-9A-Z]{5}$/.test(code) && code.startsWith(prefix))
  )
}
