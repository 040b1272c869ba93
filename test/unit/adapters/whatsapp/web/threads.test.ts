import { describe, expect, it } from 'vitest'
import { userOfIdentities } from '../../../../../adapters/whatsapp/web/ids.ts'
import { createThreads } from '../../../../../adapters/whatsapp/web/threads.ts'
import { AppError } from '../../../../../src/platform/errors.ts'
import { channelContext } from '../../../../channel-context.ts'

const lid = '990001@lid'
const phone = '15550100@c.us'

/** Threads whose database can be taken away, and who is who. */
function threads(ids: Record<string, { phone?: string; lid?: string }>) {
  const { state, kept } = channelContext({})
  const down = { reading: false, writing: false }
  const guard = async <T>(isDown: boolean, work: () => Promise<T>): Promise<T> => {
    if (isDown) throw new AppError('unavailable', 'The database does not answer.')
    return work()
  }
  const found = createThreads(
    { idsOf: async (user) => ids[user] ?? {}, titleOf: async () => undefined },
    {
      read: (name) => guard(down.reading, () => state.read(name)),
      write: (name, value) => guard(down.writing, () => state.write(name, value)),
    },
    () => new Date(0),
  )
  return { found, kept, down }
}

describe('the thread of a person', () => {
  it('is found again after the database was away', async () => {
    const { found, down } = threads({ [phone]: { phone } })
    down.reading = true
    await expect(found.of(phone)).rejects.toThrow('does not answer')
    down.reading = false
    expect(await found.of(phone)).toEqual({ thread: { id: phone, kind: 'direct' } })
  })

  it('is noted as hidden by another try where the first could not be kept', async () => {
    const { found, kept, down } = threads({ [lid]: { lid } })
    down.writing = true
    await expect(found.of(lid)).rejects.toThrow('does not answer')
    down.writing = false
    await found.of(lid)
    expect(kept.get('lid_threads')).toBe(JSON.stringify([lid]))
  })

  it('moves to the number by another try where the first could not be kept', async () => {
    const ids: Record<string, { phone?: string; lid?: string }> = { [lid]: { lid } }
    const { found, down } = threads(ids)
    await found.of(lid)
    ids[lid] = { lid, phone }
    down.writing = true
    await expect(found.of(lid)).rejects.toThrow('does not answer')
    down.writing = false
    expect(await found.of(lid)).toMatchObject({ moved: { kind: 'migration', newThreadId: phone } })
  })
})

it('knows another number of ours by the address of its channel', () => {
  expect(userOfIdentities([{ kind: 'address', value: '+15550100' }])).toBe(phone)
  expect(userOfIdentities([{ kind: 'address', value: 'desk@example.com' }])).toBeUndefined()
  expect(userOfIdentities([{ kind: 'address', value: '15550100' }])).toBeUndefined()
})
