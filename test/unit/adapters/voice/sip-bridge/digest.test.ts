import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { answerChallenge } from '../../../../../adapters/voice/sip-bridge/digest.ts'
import type { Challenge, SipResponse } from '../../../../../adapters/voice/sip-bridge/sip-message.ts'

const request = { method: 'INVITE', uri: 'sip:bob@biloxi.com' }
const credentials = { user: 'bob', password: 'zanzibar' }
const realm = '"biloxi.com"'
const nonce = '"dcd98b7102dd2f0e8b11d0f600bfb0c093"'

function asked(challenges: Challenge[], status = 401): SipResponse {
  const header = status === 407 ? 'proxy-authenticate' : 'www-authenticate'
  return { status, reason: '', headers: { [header]: challenges } } as unknown as SipResponse
}

it('without qop gives the answer of the known example', () => {
  // https://www.ietf.org/archive/id/draft-smith-sip-auth-examples-00.html, 3.2
  const found = answerChallenge(request, asked([{ scheme: 'Digest', realm, nonce }]), credentials)
  expect(found?.authorization?.[0]).toMatchObject({ response: '"bf57e4e0d0bffc0fbaedce64d59add5e"', username: '"bob"' })
})

it('to a proxy answers with its own header, and with the first algorithm that is known', () => {
  const challenges = [
    { scheme: 'Digest', realm, nonce, algorithm: 'SHA-512-256', qop: '"auth"' },
    { scheme: 'Digest', realm, nonce, algorithm: 'SHA-256', qop: '"auth-int, auth"', opaque: '"x"' },
    { scheme: 'Digest', realm, nonce, algorithm: 'MD5' },
  ]
  const [answer] = answerChallenge(request, asked(challenges, 407), credentials)?.['proxy-authorization'] ?? []
  expect(answer).toMatchObject({ algorithm: 'SHA-256', qop: 'auth', nc: '00000001', opaque: '"x"' })
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const secret = hash('bob:biloxi.com:zanzibar')
  const cnonce = answer!.cnonce!.slice(1, -1)
  const proof = hash(`${secret}:${nonce.slice(1, -1)}:00000001:${cnonce}:auth:${hash('INVITE:sip:bob@biloxi.com')}`)
  expect(answer!.response).toBe(`"${proof}"`)
})

it('gives nothing to what it cannot answer', () => {
  const impossible = [
    { scheme: 'Basic', realm },
    { scheme: 'Digest', realm },
    { scheme: 'Digest', realm, nonce, qop: '"auth-int"' },
  ]
  expect(answerChallenge(request, asked(impossible), credentials)).toBeUndefined()
})
