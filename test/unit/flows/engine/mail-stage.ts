import type { FlowInput } from '../../../../src/flows/flow.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { mailboxKind } from './mailbox.ts'
import { flow, openStage, type Stage } from './stage.ts'

/** The program with the mailboxes `mail` and `sales` besides the bot, and a flow `News` that does nothing. */
export interface MailStage extends Stage {
  /** A letter comes to `mail`; resolves when it was worked on. */
  writes(from: string, text: string): Promise<void>
  /** What was sent by e-mail. */
  letters(): { from: string; to: string; kind: string; text: string; parts: unknown }[]
  /** The steps of a block, as they are traced. */
  steps(block: string): Promise<{ output: string; result: Record<string, unknown>; error: string | null }[]>
}

export async function openMailStage(): Promise<MailStage> {
  const { kind, sent } = mailboxKind()
  const stage = await openStage({
    flows: [],
    kinds: [kind],
    channels: [
      { kind: kind.kind, name: 'mail', settings: {} },
      { kind: kind.kind, name: 'sales', settings: {} },
    ],
  })
  await stage.run(saveFlow, { draft: { name: 'News', triggers: [], blocks: [], arrows: [] } })
  return {
    ...stage,
    async writes(from, text) {
      const [channel] = await stage.db.query<{ hook_id: string }>(`select hook_id from channels where name = 'mail'`)
      const body = JSON.stringify({ id: `letter-${text}`, from, text })
      const { status } = await fetch(`${stage.parley.address}/hooks/${channel!.hook_id}`, { method: 'POST', body })
      if (status !== 200) throw new Error(`The letter was answered with ${status}; expected 200.`)
      await stage.rest()
    },
    letters: () =>
      sent.map(({ from, target, outbound }) => {
        if (outbound.action !== 'message') throw new Error(`Expected a message, not ${outbound.action}.`)
        return { from, to: target.thread, kind: target.kind, text: outbound.text, parts: outbound.parts }
      }),
    steps: (block) =>
      stage.db.query('select output, result, error from steps where block_id = $1 order by id', [block]),
  }
}

/** A flow that any message begins, at its block `first`. */
export const chain = (name: string, blocks: Parameters<typeof flow>[2], arrows: string[]): FlowInput =>
  flow(name, [{ type: 'any_message', to: 'first' }], blocks, arrows)

/** A block that sends an e-mail from `mail`. */
export const email = (options: object) => ({ type: 'send-email', options: { channel: 'mail', ...options } })
