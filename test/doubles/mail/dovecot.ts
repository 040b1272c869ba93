import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { certificatePath, keyPath } from './certificate.ts'

const program = '/usr/sbin/dovecot'

/** Whether the tests can have an IMAP server; says so once where they cannot. */
export const hasDovecot = existsSync(program)
if (!hasDovecot) {
  process.stdout.write(
    `E-mail is not tried against an IMAP server: there is no ${program} (Debian: apt install dovecot-imapd).\n`,
  )
}

export const mailbox = { user: 'desk@example.com', password: 'right password' }

/** A real IMAP server of one user, with its mail in a folder of its own. */
export interface Dovecot {
  /** Answers plainly, and with STARTTLS. */
  port: number
  /** Answers with TLS from the first byte. */
  tlsPort: number
  /** Puts a letter into a mailbox, as a mail server does. */
  deliver(letter: string | Uint8Array, box?: 'INBOX' | 'Sent'): void
  /** Makes the numbers of a mailbox start anew under another UIDVALIDITY, as after a repair; its letters stay. */
  renumber(uidValidity: number): void
  /** How many letters of the mailbox are marked as read. */
  seen(): number
  /** Connections that are held open to it. */
  connections(): number
  /** Ends the server the hard way, connections and all. */
  kill(): Promise<void>
  /** Starts it again on the same ports. */
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts Dovecot on loopback with a configuration of its own; as root it lends its mail to the user `nobody`. It asks `tokenInfoUrl`,
 * with a token put behind it, whether an access token is good: the answer has the user's `email`.
 */
export async function startDovecot(options: { tokenInfoUrl?: string } = {}): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-dovecot-'))
  const [port, tlsPort] = [await freePort(), await freePort()]
  const own = owner()
  const mail = join(folder, 'mail')
  for (const box of [mail, join(mail, '.Sent')]) {
    for (const part of ['', 'new', 'cur', 'tmp']) makeFolder(join(box, part), own)
  }
  writeFileSync(join(folder, 'users'), `${mailbox.user}:{PLAIN}${mailbox.password}::::::\n`, { mode: 0o644 })
  const configuration = join(folder, 'dovecot.conf')
  writeFileSync(
    join(folder, 'oauth2.conf'),
    `tokeninfo_url = ${options.tokenInfoUrl ?? 'http://127.0.0.1:9/'}\nusername_attribute = email\n`,
  )
  writeFileSync(configuration, configure({ folder, mail, port, tlsPort, own }))
  // The processes that read mail are another user's, and have to pass.
  chmodSync(folder, 0o755)
  let server: ChildProcess | undefined
  let letters = 0

  async function start(): Promise<void> {
    server = spawn(program, ['-F', '-c', configuration], { detached: true, stdio: 'ignore' })
    for (const each of [port, tlsPort]) await answers(each, join(folder, 'log'))
  }

  async function kill(): Promise<void> {
    if (server?.pid === undefined) return
    const ended = new Promise((resolve) => server?.once('exit', resolve))
    // Its processes are one group, which we made: they all go at once.
    process.kill(-server.pid, 'SIGKILL')
    await ended
    server = undefined
    rmSync(join(folder, 'run'), { recursive: true, force: true })
    await silent(port)
  }

  await start()
  return {
    port,
    tlsPort,
    start,
    kill,
    // A Maildir says so in the names of its files (https://doc.dovecot.org/2.3/admin_manual/mailbox_formats/maildir/).
    seen: () => readdirSync(join(mail, 'cur')).filter((name) => /:2,[A-Z]*S/.test(name)).length,
    connections: () => connectionsTo([port, tlsPort]),
    deliver(letter, box = 'INBOX') {
      const place = box === 'INBOX' ? mail : join(mail, '.Sent')
      const path = join(place, 'new', `${1_700_000_000 + ++letters}.M${letters}P1.example`)
      writeFileSync(path, letter)
      if (own.uid !== undefined) chownSync(path, own.uid, own.gid ?? own.uid)
    },
    renumber(uidValidity) {
      for (const file of ['dovecot.index', 'dovecot.index.log', 'dovecot.index.cache', 'dovecot-uidlist']) {
        rmSync(join(mail, file), { force: true })
      }
      const list = join(mail, 'dovecot-uidlist')
      writeFileSync(list, `3 V${uidValidity} N1\n`)
      if (own.uid !== undefined) chownSync(list, own.uid, own.gid ?? own.uid)
    },
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Owner {
  name: string
  /** Whom files are given to; undefined when they are ours already. */
  uid?: number
  gid?: number
}

function owner(): Owner {
  const me = userInfo()
  if (me.uid !== 0) return { name: me.username }
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('nobody:'))!
    .split(':')
  return { name: 'nobody', uid: Number(uid), gid: Number(gid) }
}

function makeFolder(path: string, own: Owner): void {
  mkdirSync(path, { recursive: true, mode: 0o755 })
  if (own.uid !== undefined) chownSync(path, own.uid, own.gid ?? own.uid)
}

function configure(given: { folder: string; mail: string; port: number; tlsPort: number; own: Owner }): string {
  const { folder, mail, port, tlsPort, own } = given
  const internal =
    own.uid === undefined ? `default_internal_user = ${own.name}\ndefault_login_user = ${own.name}\n` : ''
  return `${internal}
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
ssl = yes
ssl_cert = <${certificatePath}
ssl_key = <${keyPath}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:${mail}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf
}
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${own.uid ?? userInfo().uid} gid=${own.gid ?? userInfo().gid} home=${folder} allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    auto = subscribe
    special_use = \\Sent
  }
}
service imap-login {
  chroot =
  process_min_avail = 1
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service anvil {
  chroot =
  # Wrong passwords would make it slower and slower.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`
}

/** Counts the established connections to ports of this machine, as the kernel lists them (proc(5), /proc/net/tcp). */
function connectionsTo(ports: number[]): number {
  const established = '01'
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)
  return lines.filter((line) => {
    const [, , remote = '', state] = line.trim().split(/\s+/)
    return state === established && ports.includes(Number.parseInt(remote.split(':')[1] ?? '', 16))
  }).length
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Resolves when the server greets on the port; throws with its log after ten seconds. */
async function answers(port: number, log: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await greets(port)) return
    await sleep(20)
  }
  throw new Error(`Dovecot did not start: ${existsSync(log) ? readFileSync(log, 'utf8') : 'no log'}`)
}

async function silent(port: number): Promise<void> {
  for (let tries = 0; tries < 100 && (await greets(port)); tries++) await sleep(10)
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
