import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createEmailAdapter } from '../../../../adapters/email/adapter.ts'
import { email } from '../../../../adapters/email/email.ts'
import type { EmailSettings } from '../../../../adapters/email/settings.ts'
import type { Outbound } from '../../../../src/conversations/channel.ts'
import { VirtualClock } from '../../../../src/platform/clock.ts'
import { createSafeHttp } from '../../../../src/platform/safe-http/safe-http.ts'
import { channelContext } from '../../../channel-context.ts'
import { certificate } from '../../../doubles/mail/certificate.ts'
import { hasDovecot, mailbox, startDovecot } from '../../../doubles/mail/dovecot.ts'
import { type SmtpDouble, startSmtp } from '../../../doubles/mail/smtp-double.ts'
import { deskSettings, startDesk, type TestDesk } from './desk.ts'

const open: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop()
})

async function start(settings: Record<string, unknown> = {}): Promise<TestDesk> {
  const desk = await startDesk(settings)
  open.push(desk)
  return desk
}

describe.skipIf(!hasDovecot)('connecting a mailbox', () => {
  test('works with TLS from the first byte, with STARTTLS, and by a name', async () => {
    const desk = await start()
    expect(await desk.adapter.connect()).toEqual({ address: mailbox.user })
    const secure = await startSmtp({ secure: true })
    open.push(secure)
    const server = { host: 'localhost', security: 'tls', ca: certificate }
    const settings = deskSettings(0, 0, {
      imap: { ...server, port: desk.imap.tlsPort },
      smtp: { ...server, port: secure.port },
    })
    const adapter = createEmailAdapter(channelContext(settings))
    expect(await adapter.connect()).toEqual({ address: mailbox.user })
  })

  test('says of both servers what is wrong, without the password', async () => {
    const { adapter } = await start({ password: 'not this one' })
    const error = await adapter.connect().catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'unauthenticated', retryable: false })
    expect(String(error)).toMatch(/IMAP server 127\.0\.0\.1:\d+ refuses to sign in desk@example\.com/)
    expect(String(error)).toMatch(/SMTP server 127\.0\.0\.1:\d+ refuses to sign in desk@example\.com/)
    expect(String(error)).not.toContain('not this one')
  })

  test('says that a certificate cannot be trusted, and sends no password to who shows it', async () => {
    const desk = await start()
    const { imap, smtp } = desk
    const server = { host: '127.0.0.1', security: 'starttls' }
    const settings = deskSettings(0, 0, { imap: { ...server, port: imap.port }, smtp: { ...server, port: smtp.port } })
    const error = await createEmailAdapter(channelContext(settings))
      .connect()
      .catch((thrown: Error) => thrown)
    expect(String(error)).toMatch(/IMAP server .* shows a certificate that cannot be trusted/)
    expect(String(error)).toMatch(/SMTP server .* shows a certificate that cannot be trusted/)
    expect(smtp.signedIn).toEqual([])
  })

  test('names the mailbox that is not there', async () => {
    const desk = await start()
    const { imap } = desk.context.channel.settings
    const settings = { ...desk.context.channel.settings, imap: { ...imap, mailbox: 'Nowhere' } }
    const adapter = createEmailAdapter({ ...desk.context, channel: { ...desk.context.channel, settings } })
    await expect(adapter.connect()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('"Nowhere"'),
    })
  })
})

describe('the servers of a mailbox', () => {
  test('may not be of our own network, unless it is allowed', async () => {
    const settings = deskSettings(143, 25)
    const http = createSafeHttp({ allowedPrivateHosts: [] })
    const error = await createEmailAdapter(channelContext(settings, { http }))
      .connect()
      .catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'refused_address', message: expect.stringContaining('ALLOWED_PRIVATE_HOSTS') })
  })

  test('that nobody answers at are told as unreachable', async () => {
    const adapter = createEmailAdapter(channelContext(deskSettings(9, 9)))
    await expect(adapter.connect()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('127.0.0.1:9'),
    })
  })

  test('need a password or a grant', () => {
    const settings = { ...deskSettings(1, 1), password: undefined } as EmailSettings
    expect(() => createEmailAdapter(channelContext(settings))).toThrow(/expected "password", or "clientId"/)
  })

  test('have the ports that belong to how they are spoken to', () => {
    const settings = email.settings.parse(email.example) as EmailSettings
    expect(settings.imap).toMatchObject({ security: 'tls', mailbox: 'INBOX' })
  })
})

describe('signing in by OAuth 2', () => {
  const hello: Outbound = { action: 'message', text: 'Hello' }
  const to = { thread: 'ann@example.org', kind: 'email' as const }
  const signal = new AbortController().signal

  /** A token endpoint (RFC 6749, section 6) that rotates its refresh tokens. */
  async function tokenServer(smtp: SmtpDouble) {
    const asked: Record<string, string>[] = []
    let number = 0
    let refresh = 'refresh-0'
    const server = createServer(async (request, response) => {
      const shown = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('access_token')
      if (shown !== null) {
        const isGood = smtp.tokens.has(shown)
        return response.writeHead(isGood ? 200 : 401).end(JSON.stringify(isGood ? { email: mailbox.user } : {}))
      }
      let body = ''
      for await (const chunk of request) body += chunk
      const form = Object.fromEntries(new URLSearchParams(body))
      asked.push(form)
      const isRight =
        form.grant_type === 'refresh_token' && form.client_id === 'client' && form.client_secret === 'client secret'
      response.setHeader('content-type', 'application/json')
      if (!isRight || form.refresh_token !== refresh) {
        return response
          .writeHead(400)
          .end(JSON.stringify({ error: 'invalid_grant', error_description: 'Token has been revoked.' }))
      }
      number++
      refresh = `refresh-${number}`
      smtp.tokens.clear()
      smtp.tokens.add(`access-${number}`)
      response.end(
        JSON.stringify({
          access_token: `access-${number}`,
          expires_in: 3600,
          refresh_token: refresh,
          token_type: 'Bearer',
        }),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push({
      stop: () =>
        new Promise((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    })
    return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token` }
  }

  async function startGrant(over: Record<string, unknown> = {}) {
    const smtp = await startSmtp()
    open.push(smtp)
    const { asked, url } = await tokenServer(smtp)
    const clock = new VirtualClock()
    const grant = { clientId: 'client', clientSecret: 'client secret', refreshToken: 'refresh-0', tokenUrl: url }
    const settings = deskSettings(9, smtp.port, { password: undefined, ...grant, ...over })
    const context = channelContext(settings, { clock })
    return { smtp, asked, clock, context, adapter: createEmailAdapter(context) }
  }

  test('gets a token, shows it to the server, keeps it until shortly before its end, and then gets another by the newest refresh token', async () => {
    const { smtp, asked, clock, context, adapter } = await startGrant()
    await adapter.send(to, hello, signal)
    expect(smtp.signedIn).toEqual([{ method: 'XOAUTH2', user: mailbox.user, secret: 'access-1' }])
    // Another process begins with what is kept.
    await createEmailAdapter(context).send(to, hello, signal)
    expect(asked).toHaveLength(1)
    clock.advance(3_550_000)
    await createEmailAdapter(context).send(to, hello, signal)
    expect(asked.map(({ refresh_token }) => refresh_token)).toEqual(['refresh-0', 'refresh-1'])
    expect(smtp.signedIn.at(-1)?.secret).toBe('access-2')
    expect(smtp.arrived).toHaveLength(3)
  })

  test('gets another token when the server refuses the one it has', async () => {
    const { smtp, asked, adapter } = await startGrant()
    await adapter.send(to, hello, signal)
    smtp.tokens.clear()
    await adapter.send(to, hello, signal)
    expect(asked).toHaveLength(2)
    expect(smtp.signedIn.at(-1)?.secret).toBe('access-2')
    expect(smtp.arrived).toHaveLength(2)
  })

  test.skipIf(!hasDovecot)(
    'reads the mailbox with the same tokens, and renews one that its server refuses',
    async () => {
      const { smtp, asked, context } = await startGrant()
      const imap = await startDovecot({ tokenInfoUrl: `${context.channel.settings.tokenUrl}?access_token=` })
      open.push(imap)
      const settings = { ...context.channel.settings, imap: { ...context.channel.settings.imap, port: imap.port } }
      const adapter = createEmailAdapter({ ...context, channel: { ...context.channel, settings } })
      expect(await adapter.connect()).toEqual({ address: mailbox.user })
      expect(asked).toHaveLength(1)
      smtp.tokens.clear()
      expect(await adapter.connect()).toEqual({ address: mailbox.user })
      expect(asked).toHaveLength(2)
    },
  )

  test('keeps a new refresh token before the access token is used', async () => {
    const { smtp, context, adapter } = await startGrant()
    smtp.fail({ at: 'auth', code: 454, says: '4.7.0 Temporary authentication failure' })
    await expect(adapter.send(to, hello, signal)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(JSON.parse(context.kept.get('oauth')!)).toMatchObject({ refreshToken: 'refresh-1', accessToken: 'access-1' })
  })

  test('says that the consent is gone, and begins anew with a new refresh token in the settings', async () => {
    const { context, adapter } = await startGrant({ refreshToken: 'revoked' })
    const error = await adapter.send(to, hello, signal).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'unauthenticated', retryable: false })
    expect(String(error)).toMatch(/invalid_grant, Token has been revoked/)
    expect(String(error)).not.toContain('client secret')
    const settings = { ...context.channel.settings, refreshToken: 'refresh-0' }
    await createEmailAdapter({ ...context, channel: { ...context.channel, settings } }).send(to, hello, signal)
  })
})
