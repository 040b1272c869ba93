import { describe, expect, it } from 'vitest'
import { sendEmail } from '../../../../src/flows/blocks/send-email.ts'
import { lookup, optionFaults, stepper } from './step.ts'

const scope = { contact: { first_name: 'Anna <3', email: 'anna@example.com' }, run: { offer: 'a/b' } }
const plain = { channel: 'Mailbox', text: 'Hello' }

describe('send-email', () => {
  it('sends its own content, filled in, to the address of the contact', async () => {
    const block = stepper(
      sendEmail,
      {
        channel: 'Mailbox',
        subject: 'For {{ contact.first_name }}',
        text: '**{{ contact.first_name }}**',
        html: '<b>{{ contact.first_name }}</b>',
        attachments: [
          { url: 'https://example.com/{{ run.offer }}.pdf', name: '{{ run.offer }}' },
          { url: '{{ run.none }}' },
        ],
      },
      { scope },
    )
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([
      [
        'sendEmail',
        {
          channel: 'Mailbox',
          to: 'anna@example.com',
          letter: {
            subject: 'For Anna <3',
            text: 'Anna <3',
            entities: [{ type: 'bold', offset: 0, length: 7 }],
            html: '<b>Anna &lt;3</b>',
          },
          attachments: [
            { type: 'media', media: 'document', file: { url: 'https://example.com/a%2Fb.pdf' }, name: 'a/b' },
          ],
        },
      ],
    ])
  })

  it('sends a template, which it asks for by name', async () => {
    const block = stepper(sendEmail, { channel: 'Mailbox', template: 'Welcome', to: 'x@example.com' }, { scope })
    await block.execute()
    expect(block.taken).toEqual([
      ['readEmailTemplate', 'Welcome'],
      [
        'sendEmail',
        {
          channel: 'Mailbox',
          to: 'x@example.com',
          letter: { subject: 'Welcome, Anna <3', text: '', entities: [], html: '' },
          attachments: [],
        },
      ],
    ])
  })

  it('makes the subscriber first when it is to', async () => {
    const block = stepper(sendEmail, { ...plain, createSubscriber: true, flow: 'Follow-up' }, { scope })
    await block.execute()
    expect(block.taken.map(([name]) => name)).toEqual(['createEmailSubscriber', 'sendEmail'])
    expect(block.taken[0]![1]).toEqual({ channel: 'Mailbox', email: 'anna@example.com', flow: 'Follow-up' })
  })

  it.each([false, true])('leads on by "invalid" without an address (createSubscriber %s)', async (createSubscriber) => {
    const block = stepper(sendEmail, { ...plain, createSubscriber }, { scope, noAddress: true })
    expect(await block.execute()).toEqual({ do: 'next', output: 'invalid' })
    expect(block.taken).toHaveLength(1)
  })

  it('has the subject Notification and no body when nothing is to be said', async () => {
    const block = stepper(sendEmail, { channel: 'Mailbox' }, { scope })
    await block.execute()
    expect(block.taken[0]![1]).toMatchObject({ letter: { subject: 'Notification', text: '', html: '' } })
  })

  it('refuses an attachment without an address of the web', async () => {
    const block = stepper(sendEmail, { ...plain, attachments: [{ url: 'file:///etc/passwd' }] }, { scope })
    await expect(block.execute()).rejects.toThrow('The address of an attachment is "file:///etc/passwd"')
  })

  it.each([
    [{ channel: 'Bot' }, 'channel: the channel "Bot" cannot send e-mails; expected one that can, such as "Mailbox"'],
    [{ text: '', template: 'Bye' }, 'template: the project has no e-mail template "Bye"; expected one of "Welcome"'],
    [{ template: 'Welcome' }, 'template: expected either a template, or a subject, text and html of the block'],
    [{ flow: 'Follow-up' }, 'flow: counts only with createSubscriber'],
    [{ flow: 'Gone', createSubscriber: true }, 'flow: the project has no flow "Gone"; expected one of "Follow-up"'],
  ])('refuses %j', (options, fault) => {
    expect(optionFaults(sendEmail, { ...plain, ...options })).toEqual([fault])
  })

  it('needs a default flow for a subscriber when it names none', () => {
    const options = { ...plain, createSubscriber: true }
    expect(optionFaults(sendEmail, options)).toEqual([])
    expect(optionFaults(sendEmail, options, { defaultFlow: undefined })).toEqual([
      'flow: expected the name of a flow, since the project has no default flow',
    ])
    expect(optionFaults(sendEmail, options, { defaultFlow: 'Gone' })).toEqual([
      'flow: the project\'s default flow "Gone" does not exist; expected the name of a flow',
    ])
    expect(optionFaults(sendEmail, plain, { ...lookup(), defaultFlow: undefined })).toEqual([])
  })
})
