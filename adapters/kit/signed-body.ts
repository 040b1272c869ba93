import { createHmac, timingSafeEqual } from 'node:crypto'

/** A body with the header that vouches for it. */
export interface SignedBody {
  /** `t=1767225600,v1=…`: the moment in Unix seconds, and one or several signatures. */
  header: string | null | undefined
  body: Uint8Array | string
}

/** Minutes by which a signature's moment may differ from ours. */
const toleranceMinutes = 5

/** Signs a body: `t=<Unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
export function signBody(body: Uint8Array | string, secret: string, at: Date): string {
  const moment = Math.floor(at.getTime() / 1000)
  return `t=${moment},v1=${signatureOf(body, secret, moment).toString('hex')}`
}

/**
 * Why a signed body cannot be trusted; undefined when it can. The moment may differ from `now` by five minutes, and of several
 * signatures (while a secret is being changed) one has to be right. Takes the same time for any wrong signature.
 */
export function signatureFault({ header, body }: SignedBody, secret: string, now: Date): string | undefined {
  if (!header) return 'it is missing'
  const pairs = header.split(',').map((pair) => pair.trim())
  const moment = pairs.find((pair) => /^t=\d{1,12}$/.test(pair))?.slice(2)
  const given = pairs.filter((pair) => /^v1=[0-9a-f]{64}$/i.test(pair)).map((pair) => Buffer.from(pair.slice(3), 'hex'))
  if (moment === undefined || given.length === 0)
    return 'it is not of the form t=<Unix seconds>,v1=<HMAC-SHA256 in hex>'
  const right = signatureOf(body, secret, Number(moment))
  if (!given.some((signature) => timingSafeEqual(signature, right))) return 'it is wrong'
  const minutes = Math.abs(now.getTime() / 1000 - Number(moment)) / 60
  return minutes > toleranceMinutes ? `its moment is more than ${toleranceMinutes} minutes away from ours` : undefined
}

function signatureOf(body: Uint8Array | string, secret: string, moment: number): Buffer {
  return createHmac('sha256', secret).update(`${moment}.`).update(body).digest()
}
