import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeptPage } from '../../../adapters/whatsapp/web/wwebjs/open-client.ts'

/** Somebody whom the page knows. */
export interface StubPerson {
  pn?: string
  lid?: string
  name?: string
  /** The number has no WhatsApp. */
  unregistered?: boolean
  /** WhatsApp knows the number under another one. */
  movedTo?: string
  refusesGroups?: boolean
}

export interface StubConfig {
  /** The phone has scanned the code already. */
  paired?: boolean
  /** The page has synced before the library listens. */
  syncedEarly?: boolean
  /** It never says that it has synced. */
  neverSyncs?: boolean
  /** How long it takes to know whether it is signed in, in milliseconds. */
  opensAfterMs?: number
  people?: StubPerson[]
  groups?: { id: string; title: string; participants?: string[]; iAmAdmin?: boolean }[]
  /** Modules that were renamed. */
  missing?: string[]
}

const scripts = ['core', 'session', 'chats', 'media', 'groups', 'control']

/** Writes the page into a directory, as the library's local cache of versions has it. */
export async function writeStubPage(folder: string, config: StubConfig): Promise<KeptPage> {
  const parts = await Promise.all(scripts.map((name) => readFile(new URL(`page/${name}.js`, import.meta.url), 'utf8')))
  // One script after another instead of modules: the page can fetch nothing.
  const plain = parts.map((part) =>
    part.replaceAll(/^import [\s\S]*? from '[^']*'$/gm, '').replaceAll(/^export /gm, ''),
  )
  const script = [`window.stubConfig = ${JSON.stringify(config)}`, ...plain]
    .join('\n')
    .replaceAll('</script', '<\\/script')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'stub-1.html'), `<!doctype html><title>WhatsApp</title><script>${script}</script>`)
  return { version: 'stub-1', folder }
}
