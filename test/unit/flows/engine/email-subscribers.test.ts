import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { chain, email, type MailStage, openMailStage } from './mail-stage.ts'
import { flow, leaveStage, says } from './stage.ts'

const anna = 7001
let stage: MailStage
afterEach(() => stage.close())
afterAll(() => leaveStage())

const open = async () => {
  stage = await openMailStage()
}

describe('an e-mail subscriber', () => {
  const subscribers = () =>
    stage.db.query(
      `select s.subject_id, s.subscribed from subscribers s join flows f on f.id = s.flow_id where f.name = 'News' order by 1`,
    )
  const subscribes = (options: object = {}) => ({
    type: 'create-email-subscriber',
    options: { channel: 'mail', email: '{{ message.text }}', ...options },
  })

  it('gets the address on the card and belongs to the flow once, of which nothing is sent', async () => {
    await open()
    await stage.publish(flow('News', [{ type: 'api', to: 'a' }], { a: says('News!') }))
    await stage.publish(
      chain('Join', { first: subscribes({ flow: 'News' }), said: says('Done: {{ contact.email }}') }, ['first > said']),
    )
    await stage.say(anna, 'Anna@Example.com')
    expect(await stage.heard(anna)).toEqual(['Done: anna@example.com'])
    await stage.say(anna, 'anna@example.com')
    expect(await stage.heard(anna)).toHaveLength(2)
    const contactId = await stage.contactId(anna)
    expect(await subscribers()).toEqual([{ subject_id: contactId, subscribed: true }])
    const card = (await stage.api('GET', `/contacts/${contactId}/card`)) as {
      contact: { identities: object[] }
      linkedContactIds: number[]
      runs: { items: { flowName?: string }[] }
    }
    expect(card.contact.identities).toContainEqual({ kind: 'email', value: 'anna@example.com' })
    expect(card.linkedContactIds).toEqual([])
    expect(await stage.db.query(`select 1 from runs r join flows f on f.id = r.flow_id where f.name = 'News'`)).toEqual(
      [],
    )
    expect(await stage.db.query(`select data->>'email' as email from changes where kind = 'flow.subscribed'`)).toEqual([
      { email: 'anna@example.com' },
    ])
    expect(
      (await stage.steps('first')).map(({ result }) => (result.subscribers as { isNew: boolean }[])[0]!.isNew),
    ).toEqual([true, false])
  })

  it('is the contact who has the address, linked with the card, in the default flow of the project', async () => {
    await open()
    await stage.api('PATCH', '/project', { defaultFlow: 'News' })
    const fields = { firstName: 'Anna at work', email: 'anna@example.com' }
    const other = await stage.run(createContact, { fields })
    await stage.publish(
      chain('Join', { first: email({ to: '{{ message.text }}', text: 'Hi', createSubscriber: true }) }, []),
    )
    await stage.say(anna, 'anna@example.com')
    await stage.say(anna, 'anna@example.com')
    await stage.rest()
    const contactId = await stage.contactId(anna)
    expect(await subscribers()).toEqual([{ subject_id: other.id, subscribed: true }])
    const card = await stage.api('GET', `/contacts/${contactId}/card`)
    expect(card).toMatchObject({ linkedContactIds: [other.id], contact: { email: null } })
    expect(stage.letters().map(({ to, text }) => `${to}: ${text}`)).toEqual([
      'anna@example.com: Hi',
      'anna@example.com: Hi',
    ])
    const opened = await stage.db.query(`select contact_id from conversations where kind = 'email'`)
    expect(opened).toEqual([{ contact_id: other.id }])
  })

  it('is refused at publishing without a flow to belong to', async () => {
    await open()
    await expect(stage.publish(chain('Join', { first: subscribes() }, []))).rejects.toThrow(
      'expected the name of a flow, since the project has no default flow',
    )
  })
})
