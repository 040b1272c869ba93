import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const main = join(import.meta.dirname, '../../src/main.ts')
const node = join(import.meta.dirname, '../../node_modules/node/bin/node')

interface Program {
  child: ChildProcess
  out(): string
  /** Resolves with the exit code. */
  ended: Promise<number | null>
  /** Resolves when something was printed. */
  says(what: RegExp): Promise<RegExpMatchArray>
}

let directory: string
const programs: Program[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-e2e-'))
})
afterEach(async () => {
  for (const { child, ended } of programs.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  await rm(directory, { recursive: true, force: true })
})

function run(args: string[], env: Record<string, string> = {}): Program {
  const child = spawn(node, [main, ...args], {
    env: { PATH: process.env.PATH!, DATA_DIR: directory, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', ...env },
  })
  let text = ''
  const listeners = new Set<() => void>()
  const take = (chunk: Buffer) => {
    text += chunk.toString()
    for (const listener of listeners) listener()
  }
  child.stdout!.on('data', take)
  child.stderr!.on('data', take)
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const program: Program = {
    child,
    out: () => text,
    ended,
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = text.match(what)
          if (match) resolve(match)
        }
        listeners.add(look)
        look()
        ended.then(() => reject(new Error(`It ended and never said ${what}:\n${text}`)))
      }),
  }
  programs.push(program)
  return program
}

/** A visitor of the web chat who writes and reads. */
function visitor(page: string) {
  const { origin, pathname } = new URL(page)
  const hookId = pathname.split('/').at(-1)!
  const authorization = `Bearer visitor.${randomBytes(32).toString('base64url')}`
  return {
    async write(message: { text: string } | { answer: { value: string; label: string } }) {
      const response = await fetch(`${origin}/hooks/${hookId}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ id: randomUUID(), ...message }),
      })
      expect(response.status, await response.text()).toBeLessThan(300)
    },
    /** Reads the thread until something stands in it. */
    async reads(what: RegExp) {
      const stop = new AbortController()
      const response = await fetch(`${origin}${pathname}/events`, { headers: { authorization }, signal: stop.signal })
      let text = ''
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk
        if (what.test(text)) break
      }
      stop.abort()
      return text
    },
  }
}

describe('the program, started on an empty directory', { timeout: 60_000 }, () => {
  it('prints where to try the demo, and the dealership talks until there is a deal', async () => {
    const program = run([])
    const [, page] = await program.says(/Try the demo: +(\S+)/)
    const [, key] = await program.says(/First API key: +(pk_\S+)/)
    expect((await fetch(page!)).headers.get('content-type')).toContain('text/html')

    const customer = visitor(page!)
    await customer.write({ text: 'Hello' })
    await customer.reads(/What is your name/)
    await customer.write({ text: 'Anna' })
    await customer.reads(/Nice to meet you, Anna/)
    await customer.write({ text: 'no phone' })
    await customer.reads(/does not look like a phone number/)
    await customer.write({ text: '+49 1512 3456789' })
    await customer.reads(/what may the car cost/)
    await customer.write({ text: '27 000' })
    await customer.reads(/Tundra Hybrid.*26400.*number 1\b/s)
    await customer.write({ answer: { value: 'drive', label: 'Book a test drive' } })
    await customer.reads(/Booked! We will call \+4915123456789/)

    const response = await fetch(`${new URL(page!).origin}/api/v1/deals`, {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(((await response.json()) as { items: unknown[] }).items).toMatchObject([
      { name: 'Tundra Hybrid for Anna', budget: 26400, currency: 'EUR', stage: { name: 'Test drive' } },
    ])

    program.child.kill('SIGTERM')
    expect(await program.ended).toBe(0)
  })

  it('keeps what it has over a restart, and shows the key only once', async () => {
    const first = run([], { PARLEY_API_KEY: 'a-key-chosen-outside' })
    const [, page] = await first.says(/Try the demo: +\S+(\/channels\S+)/)
    await first.says(/First API key: +a-key-chosen-outside/)
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    const second = run([], { PARLEY_API_KEY: 'a-key-chosen-outside' })
    await second.says(/API reference/)
    expect(second.out()).toContain(page)
    expect(second.out()).not.toContain('First API key')
  })
})

describe('the program, started wrongly', { timeout: 60_000 }, () => {
  it('names the setting and what is expected', async () => {
    const program = run([], { PORT: 'eighty' })
    expect(await program.ended).toBe(1)
    expect(program.out()).toContain('PORT: "eighty" is wrong; expected a whole number from 0 to 65535')
  })

  it('names a taken port', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as { port: number }
    const program = run([], { PORT: String(port) })
    expect(await program.ended).toBe(1)
    expect(program.out()).toContain(`PORT is ${port}, but another program listens at http://127.0.0.1:${port} already.`)
    holder.close()
  })

  it('names a directory that another process holds', async () => {
    await run([]).says(/is listening/)
    const second = run([])
    expect(await second.ended).toBe(1)
    expect(second.out()).toContain('is in use by process')
  })

  it('names an unreachable database', async () => {
    const program = run([], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })
    expect(await program.ended).toBe(1)
    expect(program.out()).toMatch(/database/i)
    expect(program.out()).not.toContain('at async')
  })

  it('names an unknown command', async () => {
    const program = run(['strat'])
    expect(await program.ended).toBe(1)
    expect(program.out()).toContain('There is no command "strat"')
  })
})

describe('the command line', { timeout: 60_000 }, () => {
  it('prints help and the version', async () => {
    const help = run(['help'])
    const version = run(['--version'])
    expect(await help.ended).toBe(0)
    expect(help.out()).toContain('parley apply FILE')
    expect(await version.ended).toBe(0)
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
