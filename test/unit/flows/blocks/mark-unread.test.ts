import { describe, expect, it } from 'vitest'
import { markUnread } from '../../../../src/flows/blocks/mark-unread.ts'
import { stepper } from './step.ts'

describe('mark-unread', () => {
  it('marks the conversation as unread and goes on, whether the contact has written or not', async () => {
    const block = stepper(markUnread, {})
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['markUnread']])
  })
})
