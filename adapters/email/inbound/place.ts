import { z } from 'zod'
import type { ChannelState } from '../../../src/conversations/channel-tools.ts'

const placeSchema = z.object({
  /** Of the numbers below: another one means that the server has numbered anew (RFC 3501, 2.3.1.1). */
  uidValidity: z.string(),
  /** The number of the last letter that was handed over. */
  lastUid: z.number(),
  /** When a letter was last handed over, ISO 8601. */
  at: z.string(),
  /** While numbers that were given anew are gone through: letters that came before are known. */
  since: z.string().optional(),
})
/** How far a mailbox has been read. */
export type Place = z.infer<typeof placeSchema>

export async function readPlace(state: ChannelState, box: string): Promise<Place | undefined> {
  const text = await state.read(`place:${box}`)
  return text === undefined ? undefined : placeSchema.safeParse(JSON.parse(text)).data
}

export async function writePlace(state: ChannelState, box: string, place: Place): Promise<void> {
  await state.write(`place:${box}`, JSON.stringify(place))
}
