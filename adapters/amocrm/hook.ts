import { z } from 'zod'
import { AppError } from '../../src/platform/errors.ts'
import type { AmocrmClient } from './client.ts'

/** What we want to be told of (crm_platform/webhooks-api, "Список доступных действий"). */
export const hookEvents = [
  'add_lead',
  'update_lead',
  'status_lead',
  'responsible_lead',
  'delete_lead',
  'restore_lead',
  'note_lead',
  'add_contact',
  'update_contact',
  'responsible_contact',
  'delete_contact',
  'restore_contact',
  'note_contact',
  'add_task',
  'update_task',
  'responsible_task',
  'delete_task',
]

/** Has changes told to our address; a repeated one takes the place of the one before it. */
export async function subscribe(client: AmocrmClient, destination: string, signal: AbortSignal): Promise<void> {
  const json = { destination, settings: hookEvents }
  try {
    await client.call({ method: 'POST', path: 'webhooks', json }, z.unknown(), signal)
  } catch (error) {
    const isDenied = error instanceof AppError && (error.code === 'forbidden' || error.detail?.status === 402)
    if (!isDenied) throw error
    const advice = 'Let an administrator connect it, or set hooks to false: changes are then looked for now and then.'
    throw new AppError(
      'forbidden',
      `The account's plan or the user's rights allow no webhooks. ${advice} ${error.message}`,
      {
        cause: error,
      },
    )
  }
}

/** Ends that; it is no fault when there is no such hook any more. */
export async function unsubscribe(client: AmocrmClient, destination: string, signal: AbortSignal): Promise<void> {
  try {
    await client.call({ method: 'DELETE', path: 'webhooks', json: { destination } }, z.unknown(), signal)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error
  }
}
