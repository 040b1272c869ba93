import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Content } from '../../src/conversations/message.ts'
import { MemoryHost } from '../unit/adapters/webchat/memory-host.ts'
import { type Served, serveWebchat } from '../unit/adapters/webchat/serve.ts'

const executablePath = '/usr/bin/chromium'
const flags =
  '--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --disable-component-update --no-first-run'
const choices: Content = {
  text: 'What would you like?',
  parts: [{ type: 'buttons', rows: [[{ label: 'Choose a car', value: 'cars' }, { label: 'Test drive' }]] }],
}

if (!existsSync(executablePath)) {
  process.stdout.write(
    `The web chat is not tried in a browser: there is no ${executablePath} (Debian: apt install chromium).\n`,
  )
}

describe.skipIf(!existsSync(executablePath))('the web chat in a browser', () => {
  let browser: Browser
  let host: MemoryHost
  let served: Served
  const faults: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags.split(' ') })
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    await served.stop()
    expect(faults.splice(0)).toEqual([])
  })

  it('talks, and a reload shows the same conversation', async () => {
    const page = await openChat({ welcome: 'Ask us about a car.' })
    host.answer = (event) => [{ text: `You said: ${event.message.text}` }]
    await page.getByText('Ask us about a car.').waitFor()
    await say(page, 'Hello')
    await say(page, 'One more\nwith a line')
    const conversation = ['Hello', 'You said: Hello', 'One more\nwith a line', 'You said: One more\nwith a line']
    await expect.poll(() => shown(page)).toEqual(conversation)
    expect(await page.getByText('Ask us about a car.').isVisible()).toBe(false)
    await page.reload()
    await expect.poll(() => shown(page)).toEqual(conversation)
    expect(host.threads()).toHaveLength(1)
  })

  it('shows what a visitor and we say as text, never as a page', async () => {
    const page = await openChat()
    const evil = '<img src=x onerror="document.title=1"><b>bold</b>'
    host.answer = () => [
      { text: evil, entities: [{ type: 'link', offset: 0, length: 4, url: 'javascript:document.title=2' }] },
    ]
    await say(page, evil)
    await expect.poll(() => shown(page)).toEqual([evil, evil])
    expect(await page.locator('.log img, .log b, .log a').count()).toBe(0)
    expect(await page.title()).toBe('Lada Center')
  })

  it('shows formatting, also where it overlaps, media, places and links', async () => {
    const page = await openChat()
    host.answer = () => [
      {
        text: 'Bold both cursive and https://example.com/a.',
        entities: [
          { type: 'bold', offset: 0, length: 9 },
          { type: 'italic', offset: 5, length: 12 },
        ],
        parts: [
          { type: 'location', latitude: 55.75, longitude: 37.61, title: 'The hall' },
          {
            type: 'media',
            media: 'document',
            file: { url: 'https://example.com/p.pdf' },
            name: 'Prices.pdf',
            size: 1_500_000,
          },
        ],
      },
    ]
    await say(page, 'Hello')
    const bubble = page.locator('.theirs .bubble')
    await expect.poll(() => bubble.locator('strong', { hasText: 'Bold' }).textContent()).toBe('Bold both')
    expect(await bubble.locator('em').allTextContents()).toEqual(['both', ' cursive'])
    expect(await bubble.getByRole('link', { name: 'https://example.com/a' }).getAttribute('href')).toBe(
      'https://example.com/a',
    )
    expect(await bubble.getByRole('link', { name: 'Prices.pdf 1.5 MB' }).getAttribute('target')).toBe('_blank')
    expect(await bubble.getByRole('link', { name: 'The hall' }).getAttribute('href')).toContain('openstreetmap.org')
  })

  it('answers by buttons, once each, and remembers what was pressed', async () => {
    const page = await openChat()
    host.answer = (event) => {
      const [answer] = event.message.parts ?? []
      return answer?.type === 'answer' ? [{ text: `Pressed: ${answer.value}` }] : [choices]
    }
    await say(page, 'Hello')
    await page.getByRole('button', { name: 'Choose a car' }).dblclick()
    const conversation = ['Hello', 'What would you like?', 'Choose a car', 'Pressed: cars']
    await expect.poll(() => shown(page)).toEqual(conversation)
    await page.reload()
    await expect.poll(() => shown(page)).toEqual(conversation)
    expect(await page.locator('.button.chosen').allTextContents()).toEqual(['Choose a car'])
  })

  it('loses and doubles nothing when the server goes away in the middle and comes back', async () => {
    const page = await openChat()
    host.answer = (event) => [{ text: `You said: ${event.message.text}` }]
    await say(page, 'before')
    await expect.poll(() => shown(page)).toHaveLength(2)
    await served.stop()
    await say(page, 'during 1')
    await say(page, 'during 2')
    await page.locator('[data-state=retrying]').waitFor()
    const [thread] = host.threads()
    host.say(thread!, { text: 'said while you were away' })
    served = await serveWebchat(host, served.port)
    await expect
      .poll(() => shown(page), { timeout: 15_000 })
      .toEqual([
        'before',
        'You said: before',
        'said while you were away',
        'during 1',
        'You said: during 1',
        'during 2',
        'You said: during 2',
      ])
    expect(await page.locator('.state').count()).toBe(0)
    faults.length = 0
  })

  it('sends again with the same id what was stored but not acknowledged, also after a reload', async () => {
    const page = await openChat()
    const posted: string[] = []
    page.on('request', (request) => request.method() === 'POST' && posted.push(request.postDataJSON().id))
    served.loseAnswers = true
    host.historyFault = new Error('The database is slow to tell.')
    await say(page, 'only once')
    await expect.poll(() => posted.length).toBeGreaterThan(1)
    await page.reload()
    served.loseAnswers = false
    await expect.poll(() => waitingMessages(page)).toEqual([])
    host.historyFault = undefined
    await expect.poll(() => shown(page)).toEqual(['only once'])
    expect(posted.length).toBeGreaterThan(2)
    expect(new Set(posted).size).toBe(1)
    expect(host.messages(host.threads()[0]!)).toHaveLength(1)
    await page.reload()
    await expect.poll(() => shown(page)).toEqual(['only once'])
    faults.length = 0
  })

  it('keeps what was written without a connection over a reload, and sends it in order', async () => {
    const page = await openChat()
    served.trouble = 503
    for (const text of ['1', '2', '3']) await say(page, text)
    await page.locator('[data-state=retrying]').first().waitFor()
    expect(host.threads()).toEqual([])
    await page.reload()
    await expect.poll(() => shown(page)).toEqual(['1', '2', '3'])
    served.trouble = undefined
    await expect.poll(() => host.threads().length, { timeout: 15_000 }).toBe(1)
    await expect
      .poll(() => host.messages(host.threads()[0]!).map((message) => message.content.text))
      .toEqual(['1', '2', '3'])
    await expect.poll(() => waitingMessages(page)).toEqual([])
    expect(await shown(page)).toEqual(['1', '2', '3'])
    faults.length = 0
  })

  it('keeps a message that was refused, says so, and tries again when asked', async () => {
    const page = await openChat()
    served.trouble = 404
    await say(page, 'Hello')
    await page.getByText('Not sent.').waitFor()
    served.trouble = undefined
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => host.threads().length).toBe(1)
    await expect.poll(() => page.locator('.state').count()).toBe(0)
    faults.length = 0
  })

  it('shows two tabs of one browser the same, each message once', async () => {
    const page = await openChat()
    const other = await page.context().newPage()
    await other.goto(page.url())
    host.answer = (event) => [{ text: `You said: ${event.message.text}` }]
    await say(page, 'from here')
    await expect.poll(() => shown(other)).toHaveLength(2)
    await say(other, 'from there')
    const conversation = ['from here', 'You said: from here', 'from there', 'You said: from there']
    await expect.poll(() => shown(page)).toEqual(conversation)
    await expect.poll(() => shown(other)).toEqual(conversation)
  })

  it('speaks Russian with a Russian browser, and names everything for a screen reader', async () => {
    const page = await openChat({}, { locale: 'ru-RU' })
    host.answer = () => [choices]
    await page.getByRole('textbox', { name: 'Ваше сообщение' }).fill('Привет')
    await page.getByRole('button', { name: 'Отправить' }).click()
    await page.getByRole('group', { name: 'Варианты ответа' }).waitFor()
    expect(await page.getByRole('log', { name: 'Сообщения' }).getAttribute('aria-live')).toBe('polite')
    expect(await page.getByRole('log').textContent()).toContain('Вы: Привет')
    expect(await page.locator('html').getAttribute('lang')).toBe('ru')
  })

  it('tells where the visitor came from', async () => {
    const page = await openChat({}, {}, '?utm_source=spring&name=Anna')
    const senders: unknown[] = []
    host.answer = (event) => {
      senders.push(event.sender)
      return []
    }
    await say(page, 'Hello')
    await say(page, 'Again')
    await expect.poll(() => senders.length).toBe(2)
    expect(senders[0]).toMatchObject({ firstName: 'Anna', trafficSource: 'spring', language: 'en-US' })
    expect(senders[1]).not.toHaveProperty('firstName')
  })

  it('stands in a site’s corner by one line of script, and tells there of new messages', async () => {
    const page = await openSite()
    await page.getByRole('button', { name: 'Open the chat' }).click()
    const chat = page.frameLocator('iframe')
    await chat.getByRole('heading', { name: 'Shop help' }).waitFor()
    await chat.locator('.input:focus').waitFor()
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    await expect.poll(() => host.threads().length).toBe(1)
    await chat.locator('.mine:not([data-state=sending])').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('iframe').isVisible()).toBe(false)
    host.say(host.threads()[0]!, { text: 'An answer' })
    await page.getByRole('button', { name: 'Open the chat, new messages: 1' }).click()
    await chat.getByText('An answer').waitFor()
    await page.reload()
    // Whoever has talked before has the chat loaded at once, to learn of news.
    await chat.getByText('An answer').waitFor({ state: 'attached' })
    expect(await page.locator('iframe').isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Open the chat' }).click()
    await expect.poll(() => chat.locator('.text').allInnerTexts()).toEqual(['Hello', 'An answer'])
  })

  it('keeps in a site’s corner what could not be sent, although browsers forbid the frame to store it', async () => {
    const page = await openSite()
    served.trouble = 503
    await page.getByRole('button', { name: 'Open the chat' }).click()
    const chat = page.frameLocator('iframe')
    // The page is there before its scripts are.
    await chat.locator('.status[data-state=online]').waitFor()
    await chat.locator('.input').fill('Hello')
    await chat.locator('.input').press('Enter')
    await chat.locator('[data-state=retrying]').waitFor()
    await page.reload()
    served.trouble = undefined
    await expect.poll(() => host.threads().length).toBe(1)
    faults.length = 0
  })

  it('knows its visitor again in the corner of a site that is too busy to answer for long', async () => {
    const page = await openSite()
    await page.clock.install()
    await page.getByRole('button', { name: 'Open the chat' }).click()
    const chat = page.frameLocator('iframe')
    await chat.locator('.status[data-state=online]').waitFor()
    await chat.locator('.input').fill('Hello')
    await chat.locator('.input').press('Enter')
    await chat.locator('.mine:not([data-state=sending])').waitFor()
    await page.addInitScript(holdQuestions)
    await page.reload()
    await expect.poll(() => page.evaluate(() => 'answerQuestion' in window)).toBe(true)
    await page.clock.fastForward(30_000)
    await page.evaluate(() => (window as unknown as HeldSite).answerQuestion())
    await chat.getByText('Hello').waitFor({ state: 'attached' })
    expect(host.threads()).toHaveLength(1)
  })

  /** A chat on a page of its own. What goes wrong inside it goes to `faults`. */
  async function openChat(settings = {}, options: BrowserContextOptions = {}, query = ''): Promise<Page> {
    host = new MemoryHost(settings)
    served = await serveWebchat(host)
    const page = await newPage(options)
    await page.goto(`http://127.0.0.1:${served.port}/channels/webchat/${host.hookId}${query}`)
    await page.locator('[data-state=online]').waitFor()
    return page
  }

  /** The chat on somebody's site, which has another origin. */
  async function openSite(): Promise<Page> {
    host = new MemoryHost()
    served = await serveWebchat(host, 0, (app) =>
      app.get('/shop', (c) => {
        const script = `http://127.0.0.1:${served.port}/channels/webchat/${host.hookId}/widget.js`
        return c.html(
          `<!doctype html><title>Shop</title><link rel="icon" href="data:,"><body><script src="${script}" async data-title="Shop help"></script>`,
        )
      }),
    )
    const page = await newPage({})
    await page.goto(`http://localhost:${served.port}/shop`)
    return page
  }

  async function newPage(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    return page
  }
})

async function say(page: Page, text: string): Promise<void> {
  await page.locator('.input').fill(text)
  await page.keyboard.press('Enter')
}

/** The texts of the conversation, as they stand on the page. */
function shown(page: Page): Promise<string[]> {
  return page.locator('.text').allInnerTexts()
}

/** What the browser keeps because the server has not acknowledged it. */
function waitingMessages(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(':out:')))
}

interface HeldSite {
  answerQuestion(): void
}

/** Run in a site's page: what the chat asks for is not heard before `answerQuestion` is called. */
function holdQuestions(): void {
  if (window !== window.top) return
  window.addEventListener('message', (event) => {
    if (!event.data?.parley?.load || !event.isTrusted) return
    event.stopImmediatePropagation()
    const { data, source } = event
    Object.assign(window, { answerQuestion: () => window.dispatchEvent(new MessageEvent('message', { data, source })) })
  })
}
