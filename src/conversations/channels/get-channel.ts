import type { Queryable } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Channel } from '../conversation.ts'
import { findChannel } from './channels.store.ts'

/** The project's channel of that number; throws `not_found`. */
export async function getChannel(db: Queryable, projectId: number, id: number): Promise<Channel> {
  const channel = await findChannel(db, id)
  if (channel?.projectId === projectId) return channel
  throw new AppError('not_found', `There is no channel ${id} in this project.`)
}
