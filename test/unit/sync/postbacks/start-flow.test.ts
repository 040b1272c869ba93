import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { channels, conversations, threads } from '../../../../src/conversations/conversations.table.ts'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { publishFlow } from '../../../../src/flows/publish-flow.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { closedProject } from '../../../project.ts'
import { mapping, type PostbackRoom, postbackRoom } from './postback-room.ts'

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

  describe('again and again for one contact, as in a circle through another system', () => {
    const hour = 3_600_000
    /** Runs of the flow that began for the contact before now. */
    const began = (flowId: number, contactId: number, count: number, ago = 0) =>
      room.fresh.db.query(
        `insert into runs (id, project_id, flow_id, version_id, contact_id, thread_id, status, branches, variables, started_at, updated_at)
         select nextval('batch_ids'), $1, $2, (select id from flow_versions limit 1), $3, 1, 'ended', '[]', '{}', $5::timestamptz, $5::timestamptz
           from generate_series(1, $4::int)`,
        [room.context.projectId, flowId, contactId, count, new Date(room.context.now.getTime() - ago).toISOString()],
      )
    const notices = () => room.fresh.db.query<{ text: string }>(`select kind, text from operator_notices`)
    const user = { phone: '+79161234567' }

    it('stops: the contact is kept, the caller is told, and so are operators, once an hour', async () => {
      const flowId = await publishLead()
      const { call, calls } = await room.make({ flow: 'Lead' })
      const { contactId } = await call({ user })
      await began(flowId, contactId, 60, hour + 1000)
      await began(flowId, contactId, 59)
      expect((await call({ user })).warning).toBeUndefined()
      await began(flowId, contactId, 1)
      for (const name of ['Anna', 'Boris']) {
        const { warning } = await call({ user: { ...user, name } })
        expect(warning).toContain('No flow was started: "Lead" began 60 times within an hour for this contact')
      }
      expect(await calls()).toMatchObject([{ status: 200 }, { status: 200 }, { error: null }, { error: null }])
      expect(await signals()).toHaveLength(2)
      expect(await notices()).toEqual([
        {
          kind: 'postback',
          text: expect.stringContaining('The postback "site" started no flow: "Lead" began 60 times'),
        },
      ])
      // Nobody else is held up.
      expect((await call({ user: { phone: '+79161234568' } })).warning).toBeUndefined()
      room.context = { ...room.context, now: new Date(room.context.now.getTime() + hour + 1000) }
      expect((await call({ user })).warning).toBeUndefined()
      await began(flowId, contactId, 60)
      await call({ user })
      expect(await notices()).toHaveLength(2)
    })

    it('goes on as often as the mapping allows', async () => {
      const flowId = await publishLead()
      const { call } = await room.make({ flow: 'Lead', mapping: { ...mapping, startsPerHour: 100 } })
      const { contactId } = await call({ user })
      await began(flowId, contactId, 99)
      expect((await call({ user })).warning).toBeUndefined()
      await began(flowId, contactId, 1)
      expect((await call({ user })).warning).toContain('began 100 times')
    })
  })
})
