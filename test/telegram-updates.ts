/** A text message of a person to the bot, as Telegram sends it (https://core.telegram.org/bots/api#message). */
export function textUpdate(
  updateId: number,
  userId: number,
  text: string,
): Record<string, unknown> & { update_id: number } {
  const command = /^\/(\w+)/.exec(text)
  return {
    update_id: updateId,
    message: {
      message_id: updateId,
      date: 1_793_600_000,
      chat: { id: userId, type: 'private', first_name: `Person ${userId}` },
      from: { id: userId, is_bot: false, first_name: `Person ${userId}`, language_code: 'en' },
      text,
      ...(command && { entities: [{ type: 'bot_command', offset: 0, length: command[0].length }] }),
    },
  }
}
