import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { channelCatalogue } from '../adapters/index.ts'
import type { Capabilities, ChannelContext, ChannelDefinition } from '../src/conversations/channel.ts'
import { type ConversationKind, mediaKinds } from '../src/conversations/message.ts'
import { systemClock } from '../src/platform/clock.ts'
import { createLog } from '../src/platform/log.ts'
import { writeGenerated } from './written-file.ts'

/** What is told of a channel, and how it is read off what the adapter declares. */
const questions: [question: string, answer: (can: Capabilities) => string][] = [
  ['text', ({ text }) => `up to ${thousands(text.maxLength)} characters${text.formatting ? ', formatted' : ''}`],
  ['media', ({ media }) => (media.length === mediaKinds.length ? 'all kinds' : media.join(', ').replaceAll('_', ' '))],
  ['buttons', ({ buttons }) => (buttons ? 'yes' : 'as numbered text')],
  ['asks for phone or place by a button', ({ requestButtons }) => yes(requestButtons)],
  ['places', ({ location }) => (location ? 'yes' : 'as a link')],
  ['contact cards', ({ contactCard }) => (contactCard ? 'yes' : 'as text')],
  ['replies to a message', ({ reply }) => yes(reply)],
  ['edits and deletes', (can) => (can.edit && can.delete ? 'yes' : can.edit ? 'edits' : can.delete ? 'deletes' : '')],
  ['shows "typing"', ({ typing }) => yes(typing)],
  ['mentions people', ({ mentions }) => yes(mentions)],
  ['makes groups', ({ createsGroups }) => yes(createsGroups)],
  ['templates', ({ templates }) => yes(templates)],
  ['subject and HTML', ({ email }) => yes(email)],
  ['calls', ({ calls }) => (calls ? callWords(calls) : '')],
  ['writes first', ({ canWriteFirst }) => yes(canWriteFirst)],
  [
    'free text after the last word of the person',
    ({ windowHours }) => (windowHours ? `${windowHours} hours` : 'always'),
  ],
]

/**
 * Writes what each channel can do, as its adapter declares it, into the README of the adapter's folder and, side by side, into
 * docs/channels.md: between the marks `<!-- capabilities -->`.
 */
const root = join(import.meta.dirname, '..')
const definitions = [...channelCatalogue.values()]
for (const definition of definitions) {
  await fillIn(join(root, 'adapters', folderOf(definition.kind), 'README.md'), tableOf(definition))
}
await fillIn(join(root, 'docs/channels.md'), overview(definitions))

/** The folder of a kind of two words lies in that of its vendor: `whatsapp-web` in `whatsapp/web`. */
function folderOf(kind: string): string {
  const inner = kind.replace('-', '/')
  return existsSync(join(root, 'adapters', inner)) ? inner : kind
}

function tableOf(definition: ChannelDefinition): string {
  const columns = definition.conversations
  const can = capabilitiesOf(definition)
  const head = `| | ${columns.join(' | ')} |\n| --- |${columns.map(() => ' --- |').join('')}`
  const rows = questions.map(
    ([question, answer]) => `| ${question} | ${columns.map((kind) => answer(can(kind)) || 'no').join(' | ')} |`,
  )
  return [head, ...rows].join('\n')
}

function overview(all: ChannelDefinition[]): string {
  const columns = all.map((definition) => `[${definition.title}](../adapters/${folderOf(definition.kind)}/README.md)`)
  const head = `| | ${columns.join(' | ')} |\n| --- |${columns.map(() => ' --- |').join('')}`
  const kinds = `| conversations | ${all.map(({ conversations }) => conversations.join(', ')).join(' | ')} |`
  const rows = questions.map(([question, answer]) => {
    const cells = all.map((definition) => {
      const can = capabilitiesOf(definition)
      const answers = definition.conversations.map((kind) => ({ kind, said: answer(can(kind)) || 'no' }))
      const [first] = answers
      if (answers.every(({ said }) => said === first?.said)) return first?.said
      return answers.flatMap(({ kind, said }) => (said === 'no' ? [] : [`${said} (${kind})`])).join(', ')
    })
    return `| ${question} | ${cells.join(' | ')} |`
  })
  return [head, kinds, ...rows].join('\n')
}

function capabilitiesOf(definition: ChannelDefinition): (kind: ConversationKind) => Capabilities {
  const settings = definition.settings.parse(definition.example)
  // To be made, an adapter needs nothing of the program; it may not use it before it is asked to do something.
  const context = { channel: { id: 0, projectId: 0, name: '', settings }, clock: systemClock, log: createLog('silent') }
  const adapter = definition.create(context as unknown as ChannelContext)
  return (kind) => adapter.capabilities(kind)
}

async function fillIn(path: string, table: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  const marks = /<!-- capabilities -->[\s\S]*?<!-- \/capabilities -->/
  if (!marks.test(text)) throw new Error(`${path} has no place for what the channel can do: <!-- capabilities -->.`)
  await writeGenerated(path, text.replace(marks, `<!-- capabilities -->\n${table}\n<!-- /capabilities -->`))
}

function yes(is: boolean): string {
  return is ? 'yes' : ''
}

function thousands(count: number): string {
  return count.toLocaleString('en')
}

function callWords(calls: NonNullable<Capabilities['calls']>): string {
  const words = { speech: 'speaks', playback: 'plays files', digits: 'hears digits', recording: 'records' }
  return Object.entries(words)
    .flatMap(([name, word]) => (calls[name as keyof typeof words] ? [word] : []))
    .join(', ')
}
