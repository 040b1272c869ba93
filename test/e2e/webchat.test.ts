import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { Content } from '../../src/conversations/message.ts'
import { serveWebchat } from '../unit/adapters/webchat/serve.ts'
import { browserThere, openChatBrowser } from './chat-browser.ts'

const choices: Content = {
  text: 'What would you like?',
  parts: [{ type: 'buttons', rows: [[{ label: 'Choose a car', value: 'cars' }, { label: 'Test drive' }]] }],
}

describe.skipIf(!browserThere)('the web chat in a browser', () => {
  const chats = openChatBrowser()
  const { openChat } = chats

  it('talks, and a reload shows the same conversation', async () => {
    const page = await openChat({ welcome: 'Ask us about a car.' })
    chats.host.answer = (event) => [{ text: `You said: ${event.message.text}` }]
    await page.getByText('Ask us about a car.').waitFor()
    await say(page, 'Hello')
    await say(page, 'One more\nwith a line')
    const conversation = ['Hello', 'You said: Hello', 'One more\nwith a line', 'You said: One more\nwith a line']
    await expect.poll(() => shown(page)).toEqual(conversation)
    expect(await page.getByText('Ask us about a car.').isVisible()).toBe(false)
    await page.reload()
    await expect.poll(() => shown(page)).toEqual(conversation)
    expect(chats.host.threads()).toHaveLength(1)
  })

  it('shows what a visitor and we say as text, never as a page', async () => {
    const page = await openChat()
    const evil = '<img src=x onerror="document.title=1"><b>bold</b>'
    chats.host.answer = () => [
      { text: evil, entities: [{ type: 'link', offset: 0, length: 4, url: 'javascript:document.title=2' }] },
    ]
    await say(page, evil)
    await expect.poll(() => shown(page)).toEqual([evil, evil])
    expect(await page.locator('.log img, .log b, .log a').count()).toBe(0)
    expect(await page.title()).toBe('Lada Center')
  })

  it('shows formatting, also where it overlaps, media, places and links', async () => {
    const page = await openChat()
    chats.host.answer = () => [
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
    chats.host.answer = (event) => {
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
    chats.host.answer = (event) => [{ text: `You said: ${event.message.text}` }]
    await say(page, 'before')
    await expect.poll(() => shown(page)).toHaveLength(2)
    await chats.served.stop()
    await say(page, 'during 1')
    await say(page, 'during 2')
    await page.locator('[data-state=retrying]').waitFor()
    const [thread] = chats.host.threads()
    chats.host.say(thread!, { text: 'said while you were away' })
    chats.served = await serveWebchat(chats.host, chats.served.port)
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
    chats.faults.length = 0
  })

  it('sends again with the same id what was stored but not acknowledged, also after a reload', async () => {
    const page = await openChat()
    const posted: string[] = []
    page.on('request', (request) => request.method() === 'POST' && posted.push(request.postDataJSON().id))
    chats.served.loseAnswers = true
    chats.host.historyFault = new Error('The database is slow to tell.')
    await say(page, 'only once')
    await expect.poll(() => posted.length).toBeGreaterThan(1)
    await page.reload()
    chats.served.loseAnswers = false
    await expect.poll(() => waitingMessages(page)).toEqual([])
    chats.host.historyFault = undefined
    await expect.poll(() => shown(page)).toEqual(['only once'])
    expect(posted.length).toBeGreaterThan(2)
    expect(new Set(posted).size).toBe(1)
    expect(chats.host.messages(chats.host.threads()[0]!)).toHaveLength(1)
    await page.reload()
    await expect.poll(() => shown(page)).toEqual(['only once'])
    chats.faults.length = 0
  })

  it('keeps what was written without a connection over a reload, and sends it in order', async () => {
    const page = await openChat()
    chats.served.trouble = 503
    for (const text of ['1', '2', '3']) await say(page, text)
    await page.locator('[data-state=retrying]').first().waitFor()
    expect(chats.host.threads()).toEqual([])
    await page.reload()
    await expect.poll(() => shown(page)).toEqual(['1', '2', '3'])
    chats.served.trouble = undefined
    await expect.poll(() => chats.host.threads().length, { timeout: 15_000 }).toBe(1)
    await expect
      .poll(() => chats.host.messages(chats.host.threads()[0]!).map((message) => message.content.text))
      .toEqual(['1', '2', '3'])
    await expect.poll(() => waitingMessages(page)).toEqual([])
    expect(await shown(page)).toEqual(['1', '2', '3'])
    chats.faults.length = 0
  })

  it('keeps a message that was refused, says so, and tries again when asked', async () => {
    const page = await openChat()
    chats.served.trouble = 404
    await say(page, 'Hello')
    await page.getByText('Not sent.').waitFor()
    chats.served.trouble = undefined
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => chats.host.threads().length).toBe(1)
    await expect.poll(() => page.locator('.state').count()).toBe(0)
    chats.faults.length = 0
  })

  it('shows two tabs of one browser the same, each message once', async () => {
    const page = await openChat()
    const other = await page.context().newPage()
    await other.goto(page.url())
    chats.host.answer = (event) => [{ text: `You said: ${event.message.text}` }]
    await say(page, 'from here')
    await expect.poll(() => shown(other)).toHaveLength(2)
    await say(other, 'from there')
    const conversation = ['from here', 'You said: from here', 'from there', 'You said: from there']
    await expect.poll(() => shown(page)).toEqual(conversation)
    await expect.poll(() => shown(other)).toEqual(conversation)
  })

  it('speaks Russian with a Russian browser, and names everything for a screen reader', async () => {
    const page = await openChat({}, { locale: 'ru-RU' })
    chats.host.answer = () => [choices]
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
    chats.host.answer = (event) => {
      senders.push(event.sender)
      return []
    }
    await say(page, 'Hello')
    await say(page, 'Again')
    await expect.poll(() => senders.length).toBe(2)
    expect(senders[0]).toMatchObject({ firstName: 'Anna', trafficSource: 'spring', language: 'en-US' })
    expect(senders[1]).not.toHaveProperty('firstName')
  })
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
