/** Generated passwords, one per user. Nobody chooses or types one; to rotate one, replace its resource. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export interface PasswordsArgs<User extends string> {
  users: readonly User[];
}

export class Passwords<User extends string> extends pulumi.ComponentResource {
  readonly of: Readonly<Record<User, pulumi.Output<string>>>;

  constructor(name: string, args: PasswordsArgs<User>, opts?: pulumi.ComponentResourceOptions) {
    super("trading:components:Passwords", name, {}, opts);
    this.of = Object.fromEntries(args.users.map((user) => [user, this.generate(`${name}-${user}`)])) as Record<
      User,
      pulumi.Output<string>
    >;
    this.registerOutputs({ users: args.users });
  }

  /** Letters and digits only: the same text is safe in JAAS, ACL, URL and shell syntax. 32 of them are 190 bits. */
  private generate(name: string): pulumi.Output<string> {
    const password = new random.RandomPassword(
      name,
      { length: 32, special: false },
      { parent: this, additionalSecretOutputs: ["result", "bcryptHash"] },
    );
    return pulumi.secret(password.result);
  }
}
