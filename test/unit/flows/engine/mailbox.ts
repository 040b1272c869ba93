import { z } from 'zod'
import type { Capabilities, ChannelDefinition, Outbound, Target } from '../../../../src/conversations/channel.ts'

/** A letter that was handed to a test mailbox. */
export interface Sent {
  /** Of the channel. */
  from: string
  target: Target
  outbound: Outbound
}

const can: Capabilities = {
  text: { maxLength: 100_000, formatting: true },
  media: ['document'],
  buttons: false,
  requestButtons: false,
  location: false,
  contactCard: false,
  reply: true,
  edit: false,
  delete: false,
  reactions: false,
  typing: false,
  groups: false,
  canWriteFirst: true,
  mentions: false,
  createsGroups: false,
  templates: false,
  email: true,
}

/**
 * A kind of channel that sends e-mails and keeps what it sent. Its threads are named by the address; letters to it come as JSON
 * to its hook: `{id, from, text}`.
 */
export function mailboxKind(): { kind: ChannelDefinition; sent: Sent[] } {
  const sent: Sent[] = []
  const kind: ChannelDefinition = {
    kind: 'mailbox',
    title: 'Mailbox',
    conversations: ['email'],
    example: {},
    settings: z.object({}),
    create: ({ channel }) => ({
      capabilities: () => can,
      pacing: () => ({ perSecond: 1000, perThreadPerSecond: 1000 }),
      connect: async () => ({ address: `${channel.name}@example.com` }),
      receive: async ({ body }) => {
        const letter = JSON.parse(new TextDecoder().decode(body)) as { id: string; from: string; text: string }
        const identity = { kind: 'email', value: letter.from }
        return {
          response: { status: 200 },
          events: [
            {
              kind: 'message',
              externalId: letter.id,
              thread: { id: letter.from, kind: 'email' },
              at: '2026-11-02T09:00:00.000Z',
              sender: { identities: [identity], email: letter.from },
              message: { externalId: letter.id, text: letter.text, addressesBot: true },
            },
          ],
        }
      },
      send: async (target, outbound) => {
        sent.push({ from: channel.name, target, outbound })
        return { externalIds: [`sent-${sent.length}`] }
      },
      threadFor: (identities) => {
        const address = identities.find(({ kind: of }) => of === 'email')
        return address && { id: address.value, kind: 'email' }
      },
      close: async () => undefined,
    }),
  }
  return { kind, sent }
}
