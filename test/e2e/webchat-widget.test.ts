import { describe, expect, it } from 'vitest'
import { browserThere, openChatBrowser } from './chat-browser.ts'

describe.skipIf(!browserThere)('the web chat in a browser', () => {
  const chats = openChatBrowser()
  const { openSite } = chats

  it('stands in a site’s corner by one line of script, and tells there of new messages', async () => {
    const page = await openSite()
    await page.getByRole('button', { name: 'Open the chat' }).click()
    const chat = page.frameLocator('iframe')
    await chat.getByRole('heading', { name: 'Shop help' }).waitFor()
    await chat.locator('.input:focus').waitFor()
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    await expect.poll(() => chats.host.threads().length).toBe(1)
    await chat.locator('.mine:not([data-state=sending])').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('iframe').isVisible()).toBe(false)
    chats.host.say(chats.host.threads()[0]!, { text: 'An answer' })
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
    chats.served.trouble = 503
    await page.getByRole('button', { name: 'Open the chat' }).click()
    const chat = page.frameLocator('iframe')
    // The page is there before its scripts are.
    await chat.locator('.status[data-state=online]').waitFor()
    await chat.locator('.input').fill('Hello')
    await chat.locator('.input').press('Enter')
    await chat.locator('[data-state=retrying]').waitFor()
    await page.reload()
    chats.served.trouble = undefined
    await expect.poll(() => chats.host.threads().length).toBe(1)
    chats.faults.length = 0
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
    await expect.poll(() => page.evaluate('"answerQuestion" in window')).toBe(true)
    await page.clock.fastForward(30_000)
    await page.evaluate('answerQuestion()')
    await chat.getByText('Hello').waitFor({ state: 'attached' })
    expect(chats.host.threads()).toHaveLength(1)
  })
})

/** Run in a site's page: what the chat asks for is not heard before `answerQuestion` is called. */
const holdQuestions = `if (window === top) addEventListener('message', (event) => {
  if (!event.data?.parley?.load || !event.isTrusted) return
  event.stopImmediatePropagation()
  const { data, source } = event
  window.answerQuestion = () => dispatchEvent(new MessageEvent('message', { data, source }))
})`
