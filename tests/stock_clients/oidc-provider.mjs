// A real OpenID Connect provider for the tests: node oidc-provider.mjs PORT, and on standard input one JSON object
// {clients, accounts}. An account: {subject, password, claims}. Its pages are plain; everything behind them is oidc-provider's.
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const { clients, accounts } = JSON.parse(await text(process.stdin));
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = await generateKeyPair("RS256", { extractable: true });

const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: "first" }] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  cookies: { keys: ["a key of the tests"] },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = page("Sign out?", `${form}<button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">Sign out there</button>`);
      },
    },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  async findAccount(_ctx, subject) {
    const account = accounts.find((each) => each.subject === subject);
    return account && { accountId: subject, claims: async () => ({ sub: subject, ...account.claims }) };
  },
});

function page(title, body) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
}

provider.use(async (ctx, next) => {
  const [, section, uid] = ctx.path.split("/");
  if (section !== "interaction" || !uid) return next();
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method === "GET") {
    ctx.body = page(
      "The school's accounts",
      `<form method="post"><label>User <input name="subject" autofocus></label> <label>Secret <input name="password" type="password"></label>
       <button name="go" value="in">Go on</button> <button name="go" value="away">Cancel</button></form>`,
    );
    return;
  }
  const form = new URLSearchParams(await text(ctx.req));
  if (form.get("go") === "away") {
    return provider.interactionFinished(ctx.req, ctx.res, { error: "access_denied", error_description: "cancelled" });
  }
  const account = accounts.find((each) => each.subject === form.get("subject") && each.password === form.get("password"));
  if (!account) {
    ctx.status = 403;
    ctx.body = page("The school's accounts", "<p>Wrong.</p>");
    return;
  }
  // Whoever signs in has agreed: the school has.
  const grant = new provider.Grant({ accountId: account.subject, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const grantId = await grant.save();
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: account.subject }, consent: { grantId } });
});

provider.listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
