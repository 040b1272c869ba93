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
const sets = (address: string) => ({
  type: 'set-fields',
  options: { fields: [{ to: 'contact.email', value: address }] },
})

describe('an e-mail of a flow', () => {
  it('goes to the address of the contact while the run stays where it is, and to the same conversation again', async () => {
    await open()
    await stage.publish(
      chain(
        'Offer',
        {
          first: sets('Anna@Example.com'),
          offer: email({
            subject: 'Offer for {{ contact.first_name }}',
            text: 'Dear **{{ contact.first_name }}**',
            html: '<p>{{ message.text }}</p>',
            attachments: [{ url: 'https://example.com/{{ message.text }}.pdf', name: 'offer.pdf' }],
          }),
          more: email({ text: 'And more' }),
          said: says('It is in your mail'),
        },
        ['first > offer', 'offer > more', 'more > said'],
      ),
    )
    await stage.say(anna, 'A & B')
    expect(await stage.heard(anna)).toEqual(['It is in your mail'])
    const to = ['anna@example.com']
    expect(stage.letters()).toEqual([
      {
        from: 'mail',
        to: 'anna@example.com',
        kind: 'email',
        text: 'Dear Person 7001',
        parts: [
          { type: 'email', subject: 'Offer for Person 7001', html: '<p>A &amp; B</p>', to },
          { type: 'media', media: 'document', file: { url: 'https://example.com/A%20%26%20B.pdf' }, name: 'offer.pdf' },
        ],
      },
      {
        from: 'mail',
        to: 'anna@example.com',
        kind: 'email',
        text: 'And more',
        parts: [{ type: 'email', to }],
      },
    ])
    const conversations = await stage.db.query(
      `select c.kind, c.contact_id, c.came_by, (select count(*)::int from messages m where m.conversation_id = c.id and m.status = 'sent') as sent
         from conversations c where c.kind = 'email'`,
    )
    const contactId = await stage.contactId(anna)
    expect(conversations).toEqual([
      { kind: 'email', contact_id: contactId, came_by: 'email/anna@example.com', sent: 2 },
    ])
    expect((await stage.steps('offer'))[0]).toMatchObject({
      output: 'next',
      result: { emails: [{ channel: 'mail', to: 'anna@example.com', subject: 'Offer for Person 7001' }] },
    })
    const [run] = await stage.db.query('select conversation_id from runs')
    expect(run).toEqual({ conversation_id: await stage.conversationId(anna) })
  })

  it('goes on in the conversation that the person began, and their answer comes there', async () => {
    await open()
    await stage.writes('anna@example.com', 'A question')
    const [begun] = await stage.db.query<{ id: number; contact_id: number }>(
      `select id, contact_id from conversations where kind = 'email'`,
    )
    await stage.publish(chain('Offer', { first: email({ to: '{{ message.text }}', text: 'One' }) }, []))
    await stage.say(anna, 'anna@example.com')
    await stage.rest()
    await stage.writes('anna@example.com', 'Thank you')
    const { id, contact_id } = begun!
    expect(
      await stage.db.query(
        `select m.conversation_id as id, m.contact_id, m.direction, m.text
           from messages m join conversations c on c.id = m.conversation_id where c.kind = 'email' order by m.id`,
      ),
    ).toEqual([
      { id, contact_id, direction: 'inbound', text: 'A question' },
      { id, contact_id: null, direction: 'outbound', text: 'One' },
      { id, contact_id, direction: 'inbound', text: 'Thank you' },
    ])
  })

  it('leads on by "invalid" without an address, and the trace says why', async () => {
    await open()
    await stage.publish(
      chain(
        'Offer',
        {
          first: email({ text: 'Hello' }),
          again: email({ to: '{{ message.text }}', createSubscriber: true, flow: 'News' }),
          none: says('No address'),
        },
        ['first:invalid > again', 'again:invalid > none'],
      ),
    )
    await stage.say(anna, 'anna at example')
    expect(await stage.heard(anna)).toEqual(['No address'])
    expect(stage.letters()).toEqual([])
    expect(
      [...(await stage.steps('first')), ...(await stage.steps('again'))].map(({ output, result }) => [output, result]),
    ).toEqual([
      ['invalid', { invalid: 'There is no e-mail address; expected one such as anna@example.com.' }],
      ['invalid', { invalid: '"anna at example" is no e-mail address; expected one such as anna@example.com.' }],
    ])
    expect(
      await stage.db.query(`select 1 from subscribers s join flows f on f.id = s.flow_id where f.name = 'News'`),
    ).toEqual([])
  })

  it('is a template with its placeholders filled in; an empty one has no body and the subject Notification', async () => {
    await open()
    await stage.api('POST', '/email-templates', {
      name: 'Welcome',
      subject: 'Welcome, {{ contact.first_name }}',
      html: '<h1>Hello {{ message.text }}</h1><p>See <a href="https://example.com/cars">our cars</a></p>',
    })
    await stage.api('POST', '/email-templates', { name: 'Empty' })
    const to = 'anna@example.com'
    await stage.publish(
      chain('Offer', { first: email({ to, template: 'Welcome' }), empty: email({ to, template: 'Empty' }) }, [
        'first > empty',
      ]),
    )
    await stage.say(anna, '<b>')
    await stage.rest()
    expect(stage.letters().map(({ text, parts }) => ({ text, parts }))).toEqual([
      {
        text: 'Hello <b>\n\nSee our cars (https://example.com/cars)',
        parts: [
          {
            type: 'email',
            subject: 'Welcome, Person 7001',
            html: '<h1>Hello &lt;b&gt;</h1><p>See <a href="https://example.com/cars">our cars</a></p>',
            to: [to],
          },
        ],
      },
      { text: '', parts: [{ type: 'email', subject: 'Notification', to: [to] }] },
    ])
  })

  it('goes into the conversation that the run is in, when that is with the same address', async () => {
    await open()
    await stage.publish(
      flow(
        'Desk',
        [{ type: 'any_message', to: 'first', conversations: ['email'] }],
        { first: email({ subject: 'Received', text: 'We have it' }), said: says('And will look') },
        ['first > said'],
      ),
    )
    await stage.writes('anna@example.com', 'A question')
    expect(stage.letters().map(({ to, text, parts }) => ({ to, text, parts }))).toEqual([
      {
        to: 'anna@example.com',
        text: 'We have it',
        parts: [{ type: 'email', subject: 'Received', to: ['anna@example.com'] }],
      },
      { to: 'anna@example.com', text: 'And will look', parts: undefined },
    ])
  })

  it('is kept back where the script of its block has unsubscribed the contact', async () => {
    await open()
    await stage.publish(
      chain('Bye', { first: { ...email({ to: 'anna@example.com', text: 'Bye' }), script: 'unsubscribe()' } }, []),
    )
    await stage.say(anna, 'stop')
    await stage.rest()
    expect(stage.letters()).toEqual([])
    expect((await stage.steps('first'))[0]).toMatchObject({
      output: 'next',
      result: {
        notSent: ['the e-mail to anna@example.com'],
        notSentBecause: 'the script called unsubscribe()',
      },
    })
  })

  it('can be what a run without a conversation says', async () => {
    await open()
    const fields = { firstName: 'Boris', email: 'boris@example.com' }
    const { id: contactId } = await stage.run(createContact, { fields })
    await stage.publish(
      flow('Mail', [{ type: 'api', to: 'first' }], {
        first: email({ channel: 'sales', text: 'Hello {{ contact.name }}' }),
      }),
    )
    const [{ id }] = (await stage.db.query<{ id: number }>(`select id from flows where name = 'Mail'`)) as [
      { id: number },
    ]
    await stage.api('POST', '/runs', { flowId: id, contactId })
    await stage.rest()
    await stage.parley.sweep()
    await stage.rest()
    expect(stage.letters()).toMatchObject([{ from: 'sales', to: 'boris@example.com', text: 'Hello Boris' }])
    expect(await stage.db.query('select conversation_id from runs')).toEqual([{ conversation_id: null }])
  })

  it('is not sent, and nothing of it stays, when its template is gone', async () => {
    await open()
    const { id } = (await stage.api('POST', '/email-templates', { name: 'Welcome', text: 'Hello' })) as { id: number }
    await stage.publish(
      chain(
        'Offer',
        { first: email({ to: 'anna@example.com', template: 'Welcome', createSubscriber: true, flow: 'News' }) },
        [],
      ),
    )
    await stage.db.query('delete from email_templates where id = $1', [id])
    await stage.say(anna, 'Hello')
    await stage.rest()
    expect((await stage.steps('first'))[0]).toMatchObject({
      output: 'fail',
      error: 'There is no e-mail template "Welcome" in this project.',
    })
    expect(stage.letters()).toEqual([])
    expect(await stage.db.query(`select 1 from identities where kind = 'email'`)).toEqual([])
  })

  it('is refused at publishing on a channel that cannot send e-mails', async () => {
    await open()
    const draft = chain('Offer', { first: email({ channel: 'bot', text: 'Hello' }) }, [])
    await expect(stage.publish(draft)).rejects.toThrow(
      'blocks[0] (send-email \\"first\\").options.channel: the channel \\"bot\\" cannot send e-mails; expected one that can, such as \\"mail\\", \\"sales\\"',
    )
  })
})
