/** Who the bot is: its id stands in the token, its username is learned from getMe. */
export interface BotIdentity {
  id: number
  username: string | undefined
}
