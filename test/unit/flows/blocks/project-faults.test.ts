import { describe, expect, it } from 'vitest'
import { channelFault } from '../../../../src/flows/blocks/project-faults.ts'
import { lookup, openChannel } from './step.ts'

const calls = { speech: true, playback: true, digits: true, recording: false }
const channels = new Map([
  ['Bot', openChannel({})],
  ['Mailbox', openChannel({ email: true })],
  ['Line', openChannel({ calls })],
  ['Shut', { can: () => undefined }],
])
const faultsOf = (name: string, ...ability: [Parameters<typeof channelFault>[3]?]) =>
  channelFault('channel', name, lookup({ channels }), ...ability).map(({ message }) => message)

describe('a channel that a block names', () => {
  it('has to be there', () => {
    expect(faultsOf('Mail')).toEqual([
      'the project has no channel "Mail"; expected one of "Bot", "Mailbox", "Line", "Shut"',
    ])
    expect(faultsOf('Bot')).toEqual([])
  })

  it('has to have the ability that the block needs, in some kind of conversation', () => {
    expect(faultsOf('Mailbox', 'email')).toEqual([])
    expect(faultsOf('Line', 'calls')).toEqual([])
    expect(faultsOf('Bot', 'email')).toEqual([
      'the channel "Bot" cannot send e-mails; expected one that can, such as "Mailbox"',
    ])
    expect(faultsOf('Mailbox', 'calls')).toEqual([
      'the channel "Mailbox" cannot place calls; expected one that can, such as "Line"',
    ])
    expect(faultsOf('Bot', 'createsGroups')).toEqual(['the channel "Bot" cannot make groups; connect one that can'])
  })

  it('is taken as it is while it is not open', () => {
    expect(faultsOf('Shut', 'email')).toEqual([])
  })
})
