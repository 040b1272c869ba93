import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { certificate, key } from './certificate.ts'
import { mailbox } from './dovecot.ts'

/** A letter that has arrived. */
export interface Arrived {
  from: string
  to: string[]
  source: string
  mail: ParsedMail
}

/** What a server says to the next letter, or at which step it hangs up. */
export interface SmtpFault {
  at: 'auth' | 'mail' | 'rcpt' | 'data' | 'after'
  code?: number
  says?: string
}

export interface SmtpDouble {
  port: number
  arrived: Arrived[]
  /** Letters that broke the rules of RFC 5322, with what was wrong. */
  refused: string[]
  /** Who has signed in, and how. */
  signedIn: { method: string; user: string; secret: string }[]
  /** Tokens that are taken; without any every other secret than the password is refused. */
  tokens: Set<string>
  /** The next attempt fails so; without a code the connection breaks. */
  fail(fault: SmtpFault): void
  connections(): Promise<number>
  stop(): Promise<void>
}

/** A real SMTP server on loopback that looks at each letter as a strict one would. */
export async function startSmtp(options: { secure?: boolean } = {}): Promise<SmtpDouble> {
  const arrived: Arrived[] = []
  const refused: string[] = []
  const signedIn: SmtpDouble['signedIn'] = []
  const tokens = new Set<string>()
  let fault: SmtpFault | undefined
  const open = new Set<{ destroy(): void }>()

  function failing(at: SmtpFault['at'], session: unknown): Error | undefined {
    if (fault?.at !== at) return undefined
    const { code, says = 'no' } = fault
    fault = undefined
    if (code !== undefined) return Object.assign(new Error(says), { responseCode: code })
    for (const socket of open) socket.destroy()
    return Object.assign(new Error('gone'), { responseCode: 421, session })
  }

  const server = new SMTPServer({
    secure: options.secure ?? false,
    key,
    cert: certificate,
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    // Postfix and others offer no sign-in before TLS.
    hideSTARTTLS: false,
    allowInsecureAuth: false,
    logger: false,
    onAuth({ method, ...given }, session, done) {
      const [username, password, accessToken] = [given.username ?? '', given.password ?? '', given.accessToken ?? '']
      const failure = failing('auth', session)
      if (failure) return done(failure)
      signedIn.push({ method, user: username, secret: accessToken || password })
      const isRight = method === 'XOAUTH2' ? tokens.has(accessToken) : password === mailbox.password
      if (username === mailbox.user && isRight) return done(null, { user: username })
      if (method === 'XOAUTH2') return done(null, { data: { status: '401', schemes: 'bearer' } })
      done(Object.assign(new Error('5.7.8 Authentication credentials invalid'), { responseCode: 535 }))
    },
    onMailFrom: (_, session, done) => done(failing('mail', session)),
    onRcptTo: (_, session, done) => done(failing('rcpt', session)),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const failure = failing('data', session)
        if (failure) return done(failure)
        const source = Buffer.concat(chunks)
        const mail = await simpleParser(source, { keepCidLinks: true, keepDeliveryStatus: true })
        const { mailFrom, rcptTo } = session.envelope
        const letter = {
          from: mailFrom ? (mailFrom.address ?? '') : '',
          to: rcptTo.map(({ address }) => String(address)),
          source: source.toString(),
          mail,
        }
        arrived.push(letter)
        refused.push(...faultsOf(letter))
        done(failing('after', session))
      })
    },
  })
  server.on('error', () => undefined)
  server.server.on('connection', (socket: { destroy(): void; once(event: string, done: () => void): void }) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    port: (server.server.address() as { port: number }).port,
    arrived,
    refused,
    signedIn,
    tokens,
    fail: (next) => {
      fault = next
    },
    connections: async () => server.connections.size,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** What RFC 5322 asks of every letter: one of each header, a date, an id, lines that are not too long, CRLF at their ends. */
function faultsOf({ source, mail }: Arrived): string[] {
  const faults: string[] = []
  const [head = ''] = source.split('\r\n\r\n')
  for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'in-reply-to', 'references']) {
    const times = mail.headerLines.filter(({ key }) => key === name).length
    const needed = ['from', 'to', 'subject', 'date', 'message-id'].includes(name)
    if (times > 1 || (needed && times === 0)) faults.push(`${name} stands there ${times} times`)
  }
  if (/[^\r]\n|\r[^\n]/.test(source)) faults.push('a line does not end with CRLF')
  if (source.split('\r\n').some((line) => Buffer.byteLength(line) > 998)) faults.push('a line is longer than 998 bytes')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[^\x00-\x7f]/.test(head)) faults.push('the head has characters beyond ASCII')
  for (const name of ['messageId', 'inReplyTo'] as const) {
    const id = mail[name]
    if (id !== undefined && !/^<[^<>\s@]+@[^<>\s@]+>$/.test(id)) faults.push(`${name} is no Message-ID: ${id}`)
  }
  return faults
}
