import { afterEach, describe, expect, it, vi } from 'vitest'
import { MemoryHost } from './memory-host.ts'
import { type Served, serveWebchat, webchatApp } from './serve.ts'

const page = '/channels/webchat/hook_Zm9vYmFy'
const authorization = `Bearer visitor.${'A'.repeat(43)}`

describe('the page', () => {
  it('shows the channel’s title, with everything in it made harmless', async () => {
    const title = '<script>alert("1")</script>'
    const html = await (await webchatApp(new MemoryHost({ title })).request(page)).text()
    expect(html).toContain('<h1 class="title">&#60;script&#62;')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('{{')
  })

  it('takes the channel’s name when it has no title', async () => {
    expect(await (await webchatApp(new MemoryHost()).request(page)).text()).toContain('<title>Lada Center</title>')
  })

  it('runs nothing but its own scripts, and stands in any site’s frame by default', async () => {
    const policy = (await webchatApp(new MemoryHost()).request(page)).headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain('frame-ancestors *')
  })

  it('stands only in the frames of the sites that the channel names', async () => {
    const host = new MemoryHost({ allowedOrigins: ['https://shop.example', 'https://*.shop.example'] })
    const policy = (await webchatApp(host).request(page)).headers.get('content-security-policy')
    expect(policy).toContain("frame-ancestors 'self' https://shop.example https://*.shop.example")
  })

  it.each([page, `${page}/chat.js`, `${page}/widget.js`])(
    'is not sent twice to a browser that has it: %s',
    async (path) => {
      const app = webchatApp(new MemoryHost())
      const etag = (await app.request(path)).headers.get('etag')
      expect((await app.request(path, { headers: { 'if-none-match': etag! } })).status).toBe(304)
      expect((await app.request(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    },
  )

  it('names every file that it loads', async () => {
    const app = webchatApp(new MemoryHost())
    const html = await (await app.request(page)).text()
    const files = [...html.matchAll(/(?:href|src)="(hook_[^"]+)"/g)].map((match) => `/channels/webchat/${match[1]}`)
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) expect((await app.request(file)).status, file).toBe(200)
  })

  it('gives the widget the channel’s colour', async () => {
    const response = await webchatApp(new MemoryHost({ color: '#123abc' })).request(`${page}/widget.js`)
    expect(await response.text()).toContain("'#123abc'")
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  })

  it.each([
    ['/channels/webchat/hook_other', 404],
    ['/channels/webchat/hook_other/widget.js', 404],
    [`${page}/chat.html`, 404],
    [`${page}/..%2fsettings.ts`, 404],
    [`${page}/`, 302],
  ])('answers %s with %i', async (path, status) => {
    expect((await webchatApp(new MemoryHost()).request(path)).status).toBe(status)
  })
})

describe('the stream', () => {
  let served: Served | undefined
  afterEach(async () => {
    vi.useRealTimers()
    await served?.stop()
  })

  it('tells what was said, then that this is all, then what comes', async () => {
    const { host, thread, open } = await talk()
    const stream = await open('?after=0')
    expect(await stream.next(3)).toEqual(['message 1001 Hello', 'message 1002 Good day', 'ready'])
    host.say(thread, { text: 'Still there?' })
    expect(await stream.next(1)).toEqual(['message 1003 Still there?'])
    stream.close()
  })

  it.each([
    ['the number it asks from', '?after=1001', {}],
    ['the last event that it saw', '', { 'last-event-id': '1001' }],
  ])('begins after %s', async (_, query, headers) => {
    const { open } = await talk()
    const stream = await open(query, headers)
    expect(await stream.next(2)).toEqual(['message 1002 Good day', 'ready'])
    stream.close()
  })

  it('brings a long history whole and in order', async () => {
    const { host, thread, open } = await talk()
    for (let n = 0; n < 250; n++) host.say(thread, { text: `${n}` })
    const stream = await open('?after=1002')
    const expected = Array.from({ length: 250 }, (_, n) => `message ${1003 + n} ${n}`)
    expect(await stream.next(251)).toEqual([...expected, 'ready'])
    stream.close()
  })

  it('shows nobody another visitor’s thread', async () => {
    const { open } = await talk()
    const stream = await open('?after=0', { authorization: `Bearer visitor.${'B'.repeat(43)}` })
    expect(await stream.next(1)).toEqual(['ready'])
    stream.close()
  })

  it('lets go of the thread when the browser leaves', async () => {
    const { host, thread, open } = await talk()
    const stream = await open('?after=0')
    await stream.next(3)
    expect(host.watching(thread)).toBe(1)
    stream.close()
    await expect.poll(() => host.watching(thread)).toBe(0)
  })

  it('ends when the history cannot be read, so that the browser asks again and learns why', async () => {
    const { host, thread, open, address } = await talk()
    const stream = await open('?after=0')
    await stream.next(3)
    host.historyFault = new Error('The database is away.')
    host.say(thread, { text: 'unseen' })
    expect(await stream.next(1)).toEqual([])
    expect((await fetch(`${address}?after=1002`, { headers: { authorization } })).status).toBe(503)
    expect(host.watching(thread)).toBe(0)
  })

  it('says every 15 seconds that it is still there', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const response = await webchatApp(new MemoryHost()).request(`${page}/events`, { headers: { authorization } })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toContain('event: ready')
    vi.advanceTimersByTime(15_000)
    expect((await reader.read()).value).toBe(': still here\n\n')
    await reader.cancel()
    await expect.poll(() => vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['without a visitor', {}, '', 401],
    ['with a number that is none', { authorization }, '?after=x', 400],
  ])('is refused %s', async (_, headers, query, status) => {
    const { address } = await talk()
    expect((await fetch(`${address}${query}`, { headers: headers as Record<string, string> })).status).toBe(status)
  })

  async function talk() {
    const host = new MemoryHost()
    host.answer = () => [{ text: 'Good day' }]
    served = await serveWebchat(host)
    const origin = `http://127.0.0.1:${served.port}`
    const posted = await fetch(`${origin}/hooks/${host.hookId}`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify({ id: crypto.randomUUID(), text: 'Hello' }),
    })
    expect(posted.status).toBe(200)
    const address = `${origin}${page}/events`
    const open = (query: string, headers: Record<string, string> = {}) =>
      openStream(address + query, { authorization, ...headers })
    return { host, thread: host.threads()[0]!, address, open }
  }
})

/** Reads server-sent events as short texts. */
async function openStream(address: string, headers: Record<string, string>) {
  const connection = new AbortController()
  const response = await fetch(address, { headers, signal: connection.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  const waiting: string[] = []
  return {
    close: () => connection.abort(),
    /** The next events, or fewer when the stream ends. */
    async next(count: number): Promise<string[]> {
      while (waiting.length < count) {
        const { done, value } = await reader.read()
        if (done) break
        const blocks = (rest + value).split('\n\n')
        rest = blocks.pop()!
        waiting.push(...blocks.filter((block) => !block.startsWith(':')).map(shortEvent))
      }
      return waiting.splice(0, count)
    },
  }
}

function shortEvent(block: string): string {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
  if (!fields.data) return fields.event!
  return `${fields.event} ${fields.id} ${JSON.parse(fields.data).content.text}`
}
