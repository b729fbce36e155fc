// SPDX-License-Identifier: MIT
package client;

/** What the schema of `structured` describes. */
public final class Echo {
    public String echo;
}
