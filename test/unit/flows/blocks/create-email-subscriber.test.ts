import { describe, expect, it } from 'vitest'
import { createEmailSubscriber } from '../../../../src/flows/blocks/create-email-subscriber.ts'
import { optionFaults, stepper } from './step.ts'

const scope = { contact: { email: 'anna@example.com', work: 'anna@work.example' } }

describe('create-email-subscriber', () => {
  it.each([
    [{}, { email: 'anna@example.com', flow: undefined }],
    [
      { email: '{{ contact.work }}', flow: 'Follow-up' },
      { email: 'anna@work.example', flow: 'Follow-up' },
    ],
  ])('with %j makes the subscriber %j', async (options, made) => {
    const block = stepper(createEmailSubscriber, { channel: 'Mailbox', ...options }, { scope })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['createEmailSubscriber', { channel: 'Mailbox', ...made }]])
  })

  it('leads on by "invalid" without an address', async () => {
    const block = stepper(createEmailSubscriber, { channel: 'Mailbox' }, { noAddress: true })
    expect(await block.execute()).toEqual({ do: 'next', output: 'invalid' })
  })

  it('asks for the ability of the channel and for the flow', () => {
    expect(optionFaults(createEmailSubscriber, { channel: 'Mailbox' })).toEqual([])
    expect(optionFaults(createEmailSubscriber, { channel: 'Bot', flow: 'Gone' })).toEqual([
      'channel: the channel "Bot" cannot send e-mails; expected one that can, such as "Mailbox"',
      'flow: the project has no flow "Gone"; expected one of "Follow-up"',
    ])
  })
})
