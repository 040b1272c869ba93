import { AppError } from '../../src/platform/errors.ts'
import type { CrmConsent } from '../../src/sync/crm.ts'
import type { AmocrmSettings } from './settings.ts'
import type { TokenDesk } from './tokens.ts'

/** Asks the owner of the account for consent (oauth/step-by-step). */
export function consentOf(settings: AmocrmSettings, tokens: TokenDesk): CrmConsent {
  return {
    address(state) {
      const query = new URLSearchParams({ client_id: settings.clientId ?? '', state, mode: 'popup' })
      return `${consentPage(settings)}?${query}`
    },

    async accept(query, callbackUrl, signal) {
      const [code, referer, refusal] = ['code', 'referer', 'error'].map((name) => query.get(name))
      if (refusal)
        throw new AppError('forbidden', `The owner of the account did not consent: ${refusal.slice(0, 100)}.`)
      if (!code) throw new AppError('invalid', 'code: expected what amoCRM sends when the owner has consented.')
      // The code is good for one account, and the secret key goes nowhere else.
      if (settings.apiRoot === undefined && referer !== settings.account) {
        const given = referer ? `for ${referer.slice(0, 100)}` : 'without naming an account'
        throw new AppError(
          'forbidden',
          `The owner consented ${given}: expected ${settings.account}, as the settings say.`,
        )
      }
      await tokens.exchange(code, callbackUrl, signal)
    },
  }
}

function consentPage({ account, apiRoot }: AmocrmSettings): string {
  if (apiRoot !== undefined) return `${apiRoot.replace(/\/+$/, '')}/oauth`
  return account.endsWith('.kommo.com')
    ? 'https://www.kommo.com/oauth'
    : `https://www.${account.split('.').slice(1).join('.')}/oauth`
}
