import { randomBytes } from 'node:crypto'
import type { tl } from '@mtcute/core'
import type { RecordedClient } from './recorded-client.ts'
import { type Handler, refusal } from './schema.ts'
import { checkProof, passwordQuestion } from './srp.ts'
import type { World } from './world.ts'

/** Signing in (core.telegram.org/api/auth, /api/srp, /api/qr-login). */
export const authHandlers: Record<string, Handler> = {
  'auth.sendCode': ({ phoneNumber }: tl.auth.RawSendCodeRequest, { signIn }: World): tl.auth.RawSentCode => {
    if (phoneNumber !== signIn.phone) throw refusal('PHONE_NUMBER_INVALID')
    return { _: 'auth.sentCode', type: { _: 'auth.sentCodeTypeApp', length: 5 }, phoneCodeHash: 'hash-1', timeout: 120 }
  },
  'auth.signIn': (request: tl.auth.RawSignInRequest, world: World, client: RecordedClient) => {
    const { phoneNumber, phoneCodeHash, phoneCode } = request
    if (phoneNumber !== world.signIn.phone || phoneCodeHash !== 'hash-1') throw refusal('PHONE_CODE_EXPIRED')
    if (phoneCode !== world.signIn.code) throw refusal('PHONE_CODE_INVALID')
    return admit(world, client)
  },
  'account.getPassword': (_: unknown, { signIn }: World): tl.account.RawPassword => passwordQuestion(signIn),
  'auth.checkPassword': ({ password }: tl.auth.RawCheckPasswordRequest, world: World, client: RecordedClient) => {
    if (!world.halfSignedIn.has(client.key)) throw refusal('AUTH_KEY_UNREGISTERED', 401)
    if (!checkProof(password, world.signIn.password ?? '')) throw refusal('PASSWORD_HASH_INVALID')
    world.sessions.add(client.key)
    return { _: 'auth.authorization', user: world.self }
  },
  'auth.exportLoginToken': (_: unknown, world: World, client: RecordedClient): tl.auth.TypeLoginToken => {
    if (world.qr.scanned) return { _: 'auth.loginTokenSuccess', authorization: admit(world, client) }
    world.qr.given++
    return { _: 'auth.loginToken', token: randomBytes(16), expires: world.now() + world.qr.seconds }
  },
  'auth.logOut': (_: unknown, world: World, client: RecordedClient): tl.auth.RawLoggedOut => {
    if (!world.sessions.delete(client.key)) throw refusal('AUTH_KEY_UNREGISTERED', 401)
    return { _: 'auth.loggedOut' }
  },
}

function admit(world: World, client: RecordedClient): tl.auth.RawAuthorization {
  if (world.signIn.password !== undefined) {
    world.halfSignedIn.add(client.key)
    throw refusal('SESSION_PASSWORD_NEEDED', 401)
  }
  world.sessions.add(client.key)
  return { _: 'auth.authorization', user: world.self }
}
