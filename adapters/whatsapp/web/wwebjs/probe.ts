import type { Page } from 'puppeteer'

/** How the page stands. */
export interface PageState {
  /** `OPENING`, `UNPAIRED`, `UNPAIRED_IDLE`, `CONNECTED` … */
  state?: string
  hasSynced: boolean
  /** The library's own functions are in the page. */
  injected: boolean
  /** The library waits for the word that the page has synced. */
  waits: boolean
}

/** Looks how the page stands; undefined while it is being loaded or when it does not answer in time. */
export async function probePage(page: Page, timeoutMs = 10_000): Promise<PageState | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
  })
  const look = page.evaluate(lookScript).then(
    (state) => state as PageState,
    () => undefined,
  )
  const state = await Promise.race([look, late])
  clearTimeout(timer)
  return state
}

/** Tells the library that the page has synced, as the page does when the library has listened in time. */
export async function announceSynced(page: Page): Promise<void> {
  await page.evaluate('void window.onAppStateHasSyncedEvent()').catch(() => undefined)
}

/** Runs in the page. */
const lookScript = `(() => {
  const socket = window.require('WAWebSocketModel').Socket
  return {
    state: socket.state,
    hasSynced: socket.hasSynced === true,
    injected: typeof window.WWebJS !== 'undefined',
    waits: typeof window.onAppStateHasSyncedEvent === 'function' && window.parleyPrepared === true,
  }
})()`
