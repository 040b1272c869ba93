import { describe, expect, it } from 'vitest'
import { mentionUser } from '../../../../src/flows/blocks/mention-user.ts'
import { optionFaults, stepper } from './step.ts'

describe('mention-user', () => {
  it('mentions the person with the comment filled in', async () => {
    const options = { who: 'responsible', comment: ' answer {{ contact.first_name }} ' }
    const block = stepper(mentionUser, options, { scope: { contact: { first_name: 'Anna' } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['mention', { who: 'responsible', comment: 'answer Anna' }]])
  })

  it('is not published with an operator that there is not', () => {
    expect(optionFaults(mentionUser, { who: 'nobody@example.com' })).toEqual([
      expect.stringContaining('who: the project has no operator "nobody@example.com"'),
    ])
  })
})
