import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { channels, conversations, threads } from '../../../../src/conversations/conversations.table.ts'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { publishFlow } from '../../../../src/flows/publish-flow.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { closedProject } from '../../../project.ts'
import { type PostbackRoom, postbackRoom } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

describe('a postback that starts a flow', () => {
  const signals = () =>
    room.fresh.db.query<{
      thread: string
      channel: number
      payload: { signal: string; data: Record<string, unknown> }
    }>(
      `select t.external_id as thread, t.channel_id as channel, e.payload from events e join threads t on t.id = e.thread_id order by e.id`,
    )
  const publishLead = async () => {
    const flow = await room.run(saveFlow, {
      draft: {
        name: 'Lead',
        triggers: [{ type: 'postback', to: 'a' }],
        blocks: [{ id: 'a', number: 1, type: 'note', options: { text: 'x' } }],
      },
    })
    await room.fresh.db.transaction((tx) =>
      publishFlow(tx, room.context, { flowId: flow.id }, { registry: blocks, ...closedProject }),
    )
    return flow.id
  }
  const addChannel = async (name: string) => {
    const { projectId, now } = room.context
    const row = {
      projectId,
      kind: 'webchat',
      name,
      settings: {},
      hookId: name,
      enabled: true,
      createdAt: now,
      updatedAt: now,
    }
    return (await room.fresh.db.orm.insert(channels).values(row).returning())[0]!.id
  }

  it('puts a start into the thread of the contact, with the variables of its mapping', async () => {
    const flowId = await publishLead()
    const { call } = await room.make({ flow: 'Lead', block: 'a' })
    const { contactId, threadId } = await call({ user: { phone: '+79161234567' }, car: { model: 'Vesta' } }, 'order-1')
    expect(threadId).toBeGreaterThan(0)
    await call({ user: { phone: '+79161234567' }, car: { model: 'Vesta' } }, 'order-1')
    expect(await signals()).toMatchObject([
      {
        thread: `contact:${contactId}`,
        payload: {
          signal: 'start',
          data: { flow: flowId, block: 'a', trigger: 'postback', variables: { car: { model: 'Vesta' } } },
        },
      },
    ])
  })

  it("puts it into the contact's last conversation of the sending channel where there is one", async () => {
    await publishLead()
    const channelId = await addChannel('site')
    const contact = await room.run(createContact, { fields: { phone: '+79161234567' } })
    const { projectId, now } = room.context
    const row = {
      projectId,
      channelId,
      kind: 'direct' as const,
      contactId: contact.id,
      mode: 'bot' as const,
      lastMessageAt: now,
      createdAt: now,
    }
    const [conversation] = await room.fresh.db.orm.insert(conversations).values(row).returning()
    await room.fresh.db.orm
      .insert(threads)
      .values({ projectId, channelId, externalId: 'visitor', conversationId: conversation!.id })
    const { call } = await room.make({ flow: 'Lead', sendingChannel: 'site' })
    await call({ user: { phone: '+79161234567' } })
    expect(await signals()).toMatchObject([
      { thread: 'visitor', channel: channelId, payload: { data: { sendingChannelId: channelId } } },
    ])
  })

  it('keeps the contact and says so when the flow is not published', async () => {
    await room.run(saveFlow, { draft: { name: 'Draft' } })
    const { call, calls } = await room.make({ flow: 'Draft' })
    const answer = await call({ user: { phone: '+79161234567' } }, 'order-1')
    expect(answer).toMatchObject({ created: true, warning: expect.stringContaining('"Draft" is not published') })
    expect(await calls()).toMatchObject([{ status: 201, error: answer.warning }])
    expect(await call({ user: { phone: '+79161234567' } }, 'order-1')).toEqual(answer)
  })
})
